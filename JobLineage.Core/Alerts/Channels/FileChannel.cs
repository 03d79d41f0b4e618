using System.Globalization;
using JobLineage.Core.Configuration;
using MimeKit;

namespace JobLineage.Core.Alerts.Channels;

/// <summary>Where messages are put as files.</summary>
/// <param name="Directory">A folder; it is made when it is not there.</param>
/// <param name="From">The sender that the file names.</param>
/// <param name="Recipients">Who the file says gets it.</param>
[Section("JobLineage:Digest")]
public sealed record FolderOptions(
    [property: Setting(Key = "File:Directory")] string Directory, [property: Mailbox] MailboxAddress From, [property: Mailbox(Separators = ",")] IReadOnlyList<MailboxAddress> Recipients);

/// <summary>
/// One <c>.eml</c> a digest. A file appears whole or not at all, and a second copy of a digest takes the place of the first.
/// </summary>
/// <param name="options">Where the files go.</param>
public sealed class FileChannel(FolderOptions options) : IDigestChannel
{
    private static readonly FormatOptions Lines = new() { NewLineFormat = NewLineFormat.Dos };

    /// <inheritdoc />
    public string Name => "File";

    /// <inheritdoc />
    public async Task<SendOutcome> SendAsync(DigestMessage message, CancellationToken cancellation)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{message.Content.MadeAt.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{message.Key}.eml");
        var path = Path.Combine(options.Directory, name);
        // In the same folder, and of a name that nobody looks for: a rename within a file system is one step.
        var unfinished = Path.Combine(options.Directory, $".{Guid.NewGuid():N}.tmp");
        try
        {
            CreateDirectory(options.Directory);
            await using (var file = new FileStream(unfinished, Private()))
            {
                using var mail = DigestMail.Make(message, options.From, options.Recipients);
                await mail.WriteToAsync(Lines, file, cancellation);
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
            return new(SendResult.Accepted, ProviderId: name);
        }
        catch (UnauthorizedAccessException e)
        {
            return new(SendResult.Rejected, DigestText.Line(e.Message, 300));
        }
        catch (IOException e)
        {
            TryDelete(unfinished);
            return new(SendResult.NotSent, DigestText.Line(e.Message, 300));
        }
    }

    /// <summary>Errors may tell what is nobody else's business. A folder that is there keeps its mode: somebody chose it.</summary>
    private static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static FileStreamOptions Private()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The disk that refused the file may refuse this too; the name says what it is.
        }
    }
}
