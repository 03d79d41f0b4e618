using System.Data.Common;
using JobLineage.Core.Runs;

namespace JobLineage.Dashboard.Live;

/// <summary>What can be done on the page of sources.</summary>
/// <param name="forgetting">Removes what is stored.</param>
/// <param name="putAside">Rows that could not be read.</param>
/// <param name="log">Is told who did what.</param>
public sealed partial class SourceActions(IForgetting forgetting, IPutAside putAside, ILogger<SourceActions> log)
{
    /// <summary>What forgetting a source would remove; null when the store does not have it, or does not answer.</summary>
    public async Task<Forgettable?> PreviewAsync(string source)
    {
        try
        {
            return await forgetting.PreviewAsync(source, null, CancellationToken.None);
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            LogStore(e);
            return null;
        }
    }

    /// <summary>Forgets a source.</summary>
    public Task<Said> ForgetAsync(string source) => TryAsync(async () =>
    {
        if (await forgetting.ForgetAsync(source, null, null, CancellationToken.None) is not { } rows)
            return new(false, $"The store has no source '{source}'.");
        LogForgotten(source, rows);
        return new(true, $"Source '{source}' is forgotten.");
    });

    /// <summary>Has the rows of a source that could not be read tried again.</summary>
    public Task<Said> RetryAsync(string source) => TryAsync(async () =>
        await putAside.RetryAsync(source, CancellationToken.None)
            ? new(true, "They are read again shortly.")
            : new(false, $"The store has no source '{source}'."));

    private async Task<Said> TryAsync(Func<Task<Said>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            LogStore(e);
            return new(false, "The store does not answer; what was begun goes on by itself.");
        }
    }

    [LoggerMessage(631, LogLevel.Information, "Source {Source} was forgotten by hand: {Rows} rows")]
    private partial void LogForgotten(string source, long rows);

    [LoggerMessage(632, LogLevel.Warning, "The store does not answer")]
    private partial void LogStore(Exception e);
}
