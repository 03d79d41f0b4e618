using System.Text;
using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Cli;

/// <summary>
/// Where an export goes: a file that is there whole or not at all, or the standard output. What is not committed is taken away
/// again.
/// </summary>
internal sealed class ExportTarget : IAsyncDisposable
{
    private readonly string? path;
    private readonly string? temporary;
    private readonly bool force;
    private bool isCommitted;

    private ExportTarget(Stream stream, string? path, string? temporary, bool force) =>
        (Stream, this.path, this.temporary, this.force) = (stream, path, temporary, force);

    /// <summary>What is written to.</summary>
    public Stream Stream { get; }

    /// <summary>The file, as it was given; null for the standard output.</summary>
    public string? Path => path;

    /// <summary>Opens it.</summary>
    /// <param name="name">The file; <c>-</c> for the output.</param>
    /// <param name="force">Whether it may take the place of a file that is there.</param>
    /// <param name="output">The standard output.</param>
    /// <exception cref="QueryFailure">It can't be written, or is there.</exception>
    public static ExportTarget Of(string name, bool force, TextWriter output)
    {
        if (name == "-")
            return new(new TextWriterStream(output), null, null, force);
        try
        {
            if (File.Exists(name) && !force)
                throw Exists(name);
            if (Directory.Exists(name))
                throw new QueryFailure(ExitCodes.Usage, $"--output '{VisibleText.Line(name)}' is a directory: name a file.");
            // In the same directory, so that it can be renamed; and not readable by others before it has a name.
            var full = System.IO.Path.GetFullPath(name);
            var temporary = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(full)!, $".{System.IO.Path.GetFileName(full)}.{Guid.NewGuid():n}");
            return new(new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 65_536, useAsync: true), name, temporary, force);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Failed(name, e);
        }
    }

    /// <summary>The file is whole: it gets its name.</summary>
    public async Task CommitAsync(CancellationToken cancellation)
    {
        await Stream.FlushAsync(cancellation);
        if (path is null)
            return;
        await Stream.DisposeAsync();
        try
        {
            // Another may have made it meanwhile.
            if (File.Exists(path) && !force)
                throw Exists(path);
            File.Move(temporary!, path, force);
            isCommitted = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, e);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        if (temporary is not null && !isCommitted)
            File.Delete(temporary);
    }

    private static QueryFailure Exists(string name) =>
        new(ExitCodes.Usage, $"--output '{VisibleText.Line(name)}' is there already: --force puts the new file in its place.");

    private static QueryFailure Failed(string name, Exception e) =>
        new(ExitCodes.Usage, $"--output '{VisibleText.Line(name)}' can't be written: {VisibleText.Line(e.Message)}");

    /// <summary>UTF-8 as the text that it is: the output of a command line is a writer.</summary>
    private sealed class TextWriterStream(TextWriter writer) : Stream
    {
        private readonly Decoder decoder = Encoding.UTF8.GetDecoder();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => writer.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => writer.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            var text = new char[Encoding.UTF8.GetMaxCharCount(buffer.Length)];
            writer.Write(text, 0, decoder.GetChars(buffer, text, flush: false));
        }

        public override async Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            await WriteAsync(buffer.AsMemory(offset, count), cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var text = new char[Encoding.UTF8.GetMaxCharCount(buffer.Length)];
            await writer.WriteAsync(text.AsMemory(0, decoder.GetChars(buffer.Span, text, flush: false)), cancellationToken);
        }
    }
}
