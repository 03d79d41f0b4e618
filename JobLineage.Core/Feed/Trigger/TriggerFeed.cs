using System.Diagnostics;
using JobLineage.Core.Model;
using JobLineage.Core.Store;
using Npgsql;

namespace JobLineage.Core.Feed.Trigger;

/// <summary>Why a source is no longer followed by its trigger.</summary>
public enum TriggerEnd
{
    /// <summary>The trigger is gone, was disabled or is of another version now.</summary>
    Gone,

    /// <summary>
    /// The log may be incomplete: a table was truncated or rewritten, the trigger had stopped logging, or was away for a
    /// moment.
    /// </summary>
    Incomplete,
}

/// <summary>
/// Follows a source by what its trigger logs: told, look; look, read, store; then strike it off the log. Not
/// thread-safe: one loop drives it.
/// </summary>
/// <remarks>
/// The log is trusted and checked. That it was emptied, or that the trigger was away for a moment, is seen in the catalog.
/// That single entries are missing (somebody deleted them, or wrote past the trigger) is seen at a sweep: what a poll
/// finds changed, and the log does not speak of, was lost.
/// </remarks>
/// <param name="installer">Says what is there.</param>
/// <param name="consumer">Reads the log.</param>
/// <param name="refresh">Brings what changed into the store.</param>
/// <param name="record">What the store remembers of the source.</param>
/// <param name="ids">What ids are.</param>
/// <param name="options">How often and how much.</param>
/// <param name="time">The clock.</param>
/// <param name="pool">Turns at using the source's database; null where nobody shares it.</param>
/// <param name="turnsUnannounced">Whether jobs also change in a way that nothing logs: looks are made often then, and what they find was not lost.</param>
public sealed class TriggerFeed(
    TriggerInstaller installer, TriggerConsumer consumer, JobRefresh refresh, SourceRecord record, JobIdKind ids,
    FeedOptions options, TimeProvider time, DatabasePool? pool = null, bool turnsUnannounced = false)
{
    // Where polling would begin, should the trigger be taken away.
    private string? high;
    private string? stamp;
    private long? asleepUntil;
    private readonly HashSet<string> suspects = new(StringComparer.Ordinal);
    private readonly TimeSpan sweepInterval = turnsUnannounced ? options.SafetyInterval : options.SweepInterval;
    private TimeSpan sweepPause = turnsUnannounced ? options.SafetyInterval : options.SweepInterval;
    private long lastSweep;
    private long lastBeat;
    private long lastCheck;

    /// <summary>
    /// Says that somebody reads. After this the store must be compared with the source once: what happened before may
    /// not be in the log.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        var isAsleep = await consumer.IsAsleepAsync(cancellation);
        asleepUntil = isAsleep ? await consumer.WakeAsync(cancellation) : null;
        if (isAsleep)
            await record.NoteImagesLostAsync(cancellation);
        if (await HasWokenAsync(cancellation))
            asleepUntil = null;
        await consumer.BeatAsync(cancellation);
        stamp = (await installer.InspectAsync(cancellation)).Stamp;
        // Nobody saw what was put in the place of what, while nobody looked.
        if (consumer.IsWide)
            await record.SeeTriggerAsync(stamp, cancellation);
        high = (await record.PositionAsync(cancellation)).HighId;
        lastBeat = lastCheck = lastSweep = time.GetTimestamp();
    }

    /// <summary>Whether the log may hold images of deleted rows.</summary>
    public bool HasImages => consumer.IsWide;

    /// <summary>
    /// Stores what is in the log now. Before a look: that a job is gone is seen by a look too, and how it ended only here.
    /// </summary>
    public async Task CatchUpAsync(DatabaseTurn? turn, CancellationToken cancellation)
    {
        for (var hasMore = true; hasMore;)
        {
            var changes = await consumer.DrainAsync(options.Batch, cancellation);
            await StoreAsync(changes, turn, cancellation);
            hasMore = changes.HasMore;
        }
    }

    /// <summary>Follows until it can't go on, or is cancelled.</summary>
    /// <param name="listener">Brings the notifications.</param>
    /// <param name="sweep">Looks by polling; returns what was new, changed or gone, and how long the source was busy with it.</param>
    /// <param name="lost">Called when something was changed that the log does not speak of: there may be more.</param>
    /// <param name="looked">Called after each look, within its turn, with the moment up to which the store now knows the source.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="NpgsqlException">A connection was lost.</exception>
    public async Task<TriggerEnd> RunAsync(
        TriggerListener listener, Func<DatabaseTurn?, CancellationToken, Task<(Refreshed Refreshed, TimeSpan Took)>> sweep, Action<int> lost,
        Func<DateTimeOffset?, DatabaseTurn?, CancellationToken, Task> looked, CancellationToken cancellation)
    {
        var pace = new LookPace(options.LookAgainAfter, options.SafetyInterval);
        var told = true;
        try
        {
            while (true)
            {
                DrainedChanges changes;
                TimeSpan took;
                using (var turn = pool is null ? null : await pool.ShortAsync(cancellation))
                {
                    await SweepAsync(sweep, turn, cancellation);
                    var started = Stopwatch.GetTimestamp();
                    changes = await consumer.DrainAsync(options.Batch, cancellation);
                    took = Stopwatch.GetElapsedTime(started);
                    await StoreAsync(changes, turn, cancellation);
                    await looked(changes.HasMore ? null : changes.At, turn, cancellation);
                    if (changes.Everything)
                        return TriggerEnd.Incomplete;
                    if (await CheckAsync(cancellation) is { } end)
                        return end;
                }

                if (changes.HasMore)
                    continue;
                if (suspects.Count > 0)
                    lost(suspects.Count);
                suspects.Clear();
                var pause = pace.After(told || !changes.IsEmpty, took);
                told = await listener.WaitAsync(pause, cancellation);
            }
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.InsufficientPrivilege)
        {
            if (await IsThereAsync(cancellation))
                throw;
            return TriggerEnd.Gone;
        }
    }

    /// <summary>What is found is suspected until the log has been read to its end: it may just have been changed.</summary>
    private async Task SweepAsync(Func<DatabaseTurn?, CancellationToken, Task<(Refreshed Refreshed, TimeSpan Took)>> sweep, DatabaseTurn? turn, CancellationToken cancellation)
    {
        if (time.GetElapsedTime(lastSweep) < sweepPause)
            return;
        var (refreshed, took) = await sweep(turn, cancellation);
        if (!turnsUnannounced)
            suspects.UnionWith(refreshed.ChangedIds);
        lastSweep = time.GetTimestamp();
        var rest = took * options.RestFactor * 10;
        sweepPause = rest > sweepInterval ? rest : sweepInterval;
    }

    private async Task StoreAsync(DrainedChanges changes, DatabaseTurn? turn, CancellationToken cancellation)
    {
        if (changes.IsEmpty)
            return;
        var elsewhere = await refresh.ResolveAsync(changes.Elsewhere, cancellation);
        var known = changes.Ids.Concat(elsewhere).Select(id => JobIds.Normalize(ids, id)).OfType<string>().Distinct().ToList();
        var images = changes.Images.Where(i => JobIds.Normalize(ids, i.Key) is not null).ToDictionary(i => JobIds.Normalize(ids, i.Key)!, i => i.Value, StringComparer.Ordinal);
        known.Sort((a, b) => JobIds.Compare(ids, a, b));
        suspects.ExceptWith(known);
        if (ids == JobIdKind.BigInt && known.Count > 0 && (high is null || JobIds.Compare(ids, known[^1], high) > 0))
            high = known[^1];
        await refresh.RunAsync(known, null, new(AsOf: changes.HasMore ? null : changes.At, HighId: high), turn, cancellation, images);
        await changes.CommitAsync(cancellation);
    }

    private async Task<TriggerEnd?> CheckAsync(CancellationToken cancellation)
    {
        if (time.GetElapsedTime(lastBeat) >= options.BeatInterval)
        {
            // Somebody else has begun to read, while this one did not say that it does: what he took is found by comparing.
            if (!await consumer.BeatAsync(cancellation))
                return TriggerEnd.Incomplete;
            lastBeat = time.GetTimestamp();
        }

        if (time.GetElapsedTime(lastCheck) < options.SafetyInterval)
            return null;
        lastCheck = time.GetTimestamp();
        var state = await installer.InspectAsync(cancellation);
        if (!IsOurs(state))
            return TriggerEnd.Gone;
        if (state.Stamp != stamp || await consumer.IsAsleepAsync(cancellation))
            return TriggerEnd.Incomplete;
        // What was written while nothing was logged may only now be there to be compared.
        return await HasWokenAsync(cancellation) ? TriggerEnd.Incomplete : null;
    }

    /// <summary>Whether the last of those who saw the triggers asleep has just ended.</summary>
    private async Task<bool> HasWokenAsync(CancellationToken cancellation) =>
        asleepUntil is { } first && await consumer.OldestTransactionAsync(cancellation) >= first;

    private async Task<bool> IsThereAsync(CancellationToken cancellation) => IsOurs(await installer.InspectAsync(cancellation));

    private bool IsOurs(TriggerState state) => state is { Presence: TriggerPresence.Ready, Names: { } names } && names == consumer.Names;
}
