using System.Diagnostics;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Ingest;

namespace JobLineage.Core.Feed;

/// <summary>
/// Follows a source by polling it: what is new, what is not finished, what does the store believe unfinished. Leaves
/// nothing behind in the source and needs SELECT only. Not thread-safe: one loop drives it.
/// </summary>
public sealed class PollFeed(SourceReader reader, SourceScanner scanner, Ingester ingester, SourceRecord record, FeedOptions options, TimeProvider time)
{
    /// <summary>Rows may be written by clocks that are a little behind the source's.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(2);

    /// <summary>Between two calls for a comparison: there are queues that use ids again all the time.</summary>
    private static readonly TimeSpan CallInterval = TimeSpan.FromMinutes(1);

    private readonly PollTracker tracker = new(reader.Source.IdKind);
    private readonly JobRefresh refresh = new(reader, ingester, options);
    private readonly long began = time.GetTimestamp();
    private TimeSpan? lastLook;
    private TimeSpan? lastCall;
    private bool mustCall;

    /// <summary>When the source was last looked at, by its own clock; null before the first look.</summary>
    public SourceMoment? Moment { get; private set; }

    /// <summary>Where looks do not see all that changes: the moment up to which everything has been compared.</summary>
    public Func<DateTimeOffset?>? Compared { get; init; }

    /// <summary>The moment that the stored data is of; null when it is not known.</summary>
    public DateTimeOffset? AsOf => Compared is null ? Moment?.AsOf : Compared();

    /// <summary>Ids began anew, or came back: rows that this feed does not look at may have changed, and all should be compared.</summary>
    public event Action? IdsReturned;

    /// <summary>Begins where the store stopped.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        var position = await record.PositionAsync(cancellation);
        var high = position.HighId;
        if (!position.IsBackfilled)
            high = await scanner.HighestIdAsync(cancellation);
        tracker.Start(await record.UnfinishedAsync(cancellation), high);
    }

    /// <summary>Looks once, and brings what has changed into the store.</summary>
    /// <returns>How many jobs were new, changed or gone, and how long the source was busy with it.</returns>
    public async Task<(int Changed, TimeSpan Took)> TickAsync(CancellationToken cancellation)
    {
        var (refreshed, took) = await LookAsync(null, cancellation);
        return (refreshed.Changed, took);
    }

    /// <summary>Looks once; see <see cref="TickAsync"/>.</summary>
    /// <param name="turn">The turn at the source's database, passed on now and then while much is read; null where nobody shares it.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>What was new, changed or gone, and how long the source was busy with it.</returns>
    public async Task<(Refreshed Refreshed, TimeSpan Took)> LookAsync(DatabaseTurn? turn, CancellationToken cancellation)
    {
        if (await record.TakeRetryAsync(cancellation) is { Count: > 0 } again)
            await LookAgainAsync(again, turn, cancellation);
        // What is measured is measured by time that passes: the time of day may be set.
        var steady = time.GetElapsedTime(began);
        var started = Stopwatch.GetTimestamp();
        TimeSpan? within = reader.Source.IdKind == JobIdKind.BigInt ? null : steady - (lastLook ?? steady) + Slack;
        var scan = await scanner.ScanAsync(tracker.LookAbove, within, tracker.Followed, cancellation);
        // What a standby has replayed it goes on having: that it was level a moment ago counts for more than an old commit.
        var before = Moment is { IsStandby: true } && scan.Moment!.IsStandby ? Moment.AsOf : null;
        Moment = scan.Moment! with { At = time.GetUtcNow(), AsOf = before > scan.Moment!.AsOf ? before : scan.Moment!.AsOf ?? before };
        var dirty = tracker.Decide(scan);
        var took = Stopwatch.GetElapsedTime(started);
        var read = new List<Job>(dirty.Count);
        var refreshed = await refresh.RunAsync(dirty, read, null, turn, cancellation);
        if (tracker.BeganAnew(scan, refreshed, reader.Source.Mapping.InsertedAt is not null))
        {
            tracker.GoBack(scan);
            mustCall = true;
        }

        scanner.Trust(read.Select(job => job.Id).Except(refreshed.PutAside));
        tracker.Commit(scan, read, DateTimeOffset.UnixEpoch + steady, refreshed.PutAside);
        lastLook = steady;
        Call(steady);
        if (refreshed.Changed > 0 || dirty.Count > 0)
            await StoreSide.Of(ingester.ApplyAsync([], [], new(AsOf: AsOf, HighId: tracker.HighId), cancellation));
        return (refreshed, took);
    }

    private void Call(TimeSpan steady)
    {
        if (!mustCall || steady - lastCall < CallInterval)
            return;
        (mustCall, lastCall) = (false, steady);
        IdsReturned?.Invoke();
    }

    /// <summary>Reads these jobs again and brings them into the store, with ancestors that nobody has seen yet.</summary>
    /// <returns>What became of them.</returns>
    public Task<Refreshed> LookAgainAsync(IReadOnlyList<string> ids, CancellationToken cancellation) => LookAgainAsync(ids, null, cancellation);

    /// <inheritdoc cref="LookAgainAsync(IReadOnlyList{string}, CancellationToken)"/>
    public async Task<Refreshed> LookAgainAsync(IReadOnlyList<string> ids, DatabaseTurn? turn, CancellationToken cancellation)
    {
        var read = new List<Job>();
        var refreshed = await refresh.RunAsync(ids, read, null, turn, cancellation);
        // Whatever it was read for: looks need not pass it by any more.
        scanner.Trust(read.Select(job => job.Id).Except(refreshed.PutAside));
        return refreshed;
    }
}
