using JobLineage.Core.Store;
using JobLineage.Core.Store.Ingest;
using Microsoft.Extensions.Logging;

namespace JobLineage.Core.Feed;

/// <summary>
/// The feeds of the sources whose leases this replica holds: begins and ends them as leases come and go. One that fails
/// costs nothing but itself. One loop drives it.
/// </summary>
/// <param name="sources">All that could be fed.</param>
/// <param name="run">Feeds a source as the holder of its lease, until cancelled.</param>
/// <param name="time">The clock.</param>
/// <param name="log">For operators.</param>
internal sealed partial class LedFeeds(
    IReadOnlyList<WatchedSource> sources, Func<WatchedSource, Guid, CancellationToken, Task> run, TimeProvider time, ILogger log) : IAsyncDisposable
{
    /// <summary>After a feed has failed to begin: its source's row was locked, say.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Feeds that are begun at a time; the next ones half a second later. Each begins with a dozen statements, and two hundred at once
    /// keep everybody from the store.
    /// </summary>
    internal const int MostBegun = 8;

    private readonly Dictionary<string, Led> led = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> failed = new(StringComparer.Ordinal);

    /// <summary>How many run.</summary>
    public int Count => led.Count;

    /// <summary>Does what the leases say.</summary>
    /// <param name="view">The leases.</param>
    /// <param name="names">Of each lease that could be had now the name of its source; what is not in it is another program's.</param>
    /// <param name="member">Takes and gives back.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task SettleAsync(LeaseView view, IReadOnlyDictionary<string, string> names, LeaseMember member, CancellationToken cancellation)
    {
        var moves = LeaseShares.Of(view);
        var gone = led.Where(l => view.Holders.GetValueOrDefault(l.Key) != view.Me).Select(l => l.Key);
        foreach (var lease in gone.Concat(moves.GiveBack))
        {
            if (led.TryGetValue(lease, out var feed))
                _ = feed.Stop.CancelAsync();
        }

        foreach (var (lease, feed) in led.Where(l => l.Value.Task.IsCompleted).ToList())
        {
            led.Remove(lease);
            await EndAsync(lease, feed);
        }

        // A lease is given back when its feed has ended, or the next holder's first statements would wait for the last one's.
        await member.ReleaseAsync([.. moves.GiveBack.Where(lease => !led.ContainsKey(lease))], cancellation);
        var taken = moves.Take.Count > 0 ? await member.TakeAsync(moves.Take, cancellation) : [];
        var mine = view.Holders.Where(h => h.Value == view.Me).Select(h => h.Key).Concat(taken);
        foreach (var lease in mine.Except(moves.GiveBack, StringComparer.Ordinal).Where(lease => names.ContainsKey(lease) && MayBegin(lease)).Take(MostBegun).ToList())
            led[lease] = Start(sources.First(s => s.Name == names[lease]), view.Me);
    }

    /// <summary>Ends all of them.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var feed in led.Values)
            await feed.Stop.CancelAsync();
        foreach (var (lease, feed) in led)
            await EndAsync(lease, feed);
        led.Clear();
    }

    private bool MayBegin(string lease) =>
        !led.ContainsKey(lease) && !(failed.TryGetValue(lease, out var at) && time.GetElapsedTime(at) < Pause);

    private Led Start(WatchedSource source, Guid holder)
    {
        var stop = new CancellationTokenSource();
        return new(source.Name, stop, Task.Run(() => run(source, holder, stop.Token), CancellationToken.None));
    }

    private async Task EndAsync(string lease, Led feed)
    {
        try
        {
            await feed.Task;
        }
        catch (OperationCanceledException) when (feed.Stop.IsCancellationRequested)
        {
        }
        catch (LeadLostException e)
        {
            LogTaken(e.Message);
        }
        catch (Exception e)
        {
            failed[lease] = time.GetTimestamp();
            LogFailed(feed.Source, SqlStateSentences.Of(e, SqlStateSubject.Store).Message);
        }

        feed.Stop.Dispose();
    }

    private sealed record Led(string Source, CancellationTokenSource Stop, Task Task);

    [LoggerMessage(319, LogLevel.Information, "{Sentence} This one stops reading it.")]
    private partial void LogTaken(string sentence);

    [LoggerMessage(320, LogLevel.Warning, "Source {Source}: its feed could not go on; it is begun again. {Problem}")]
    private partial void LogFailed(string source, string problem);
}
