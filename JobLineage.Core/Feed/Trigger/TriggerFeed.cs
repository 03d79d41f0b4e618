using System.Diagnostics;
using JobLineage.Core.Model;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Ingest;
using Npgsql;

namespace JobLineage.Core.Feed.Trigger;

/// <summary>Why a source is no longer followed by its trigger.</summary>
public enum TriggerEnd
{
    /// <summary>The trigger is gone, was disabled or is of another version now.</summary>
    Gone,

    /// <summary>The log is incomplete: the table was truncated, or the trigger had stopped logging.</summary>
    Incomplete,
}

/// <summary>
/// Follows a source by what its trigger logs: told, look; look, read, store; then strike it off the log. Not
/// thread-safe: one loop drives it.
/// </summary>
public sealed class TriggerFeed(
    TriggerInstaller installer, TriggerConsumer consumer, JobRefresh refresh, Ingester ingester, SourceRecord record, JobIdKind ids,
    FeedOptions options, TimeProvider time)
{
    // Where asking would begin, should the trigger be taken away.
    private string? high;
    private DateTimeOffset lastBeat;
    private DateTimeOffset lastCheck;

    /// <summary>
    /// Says that somebody reads. After this the store must be compared with the source once: what happened before may
    /// not be in the log.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        if (await consumer.IsAsleepAsync(cancellation))
            await consumer.WakeAsync(TimeSpan.FromSeconds(10), time, cancellation);
        await consumer.BeatAsync(cancellation);
        high = (await record.PositionAsync(cancellation)).HighId;
        lastBeat = lastCheck = time.GetUtcNow();
    }

    /// <summary>Follows until it can't go on, or is cancelled.</summary>
    /// <param name="listener">Brings the notifications.</param>
    /// <param name="looked">Called after each look with the moment up to which the store now knows the source.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="NpgsqlException">A connection was lost.</exception>
    public async Task<TriggerEnd> RunAsync(
        TriggerListener listener, Func<DateTimeOffset?, CancellationToken, Task> looked, CancellationToken cancellation)
    {
        var pace = new LookPace(options.LookAgainAfter, options.SafetyInterval);
        var told = true;
        try
        {
            while (true)
            {
                var at = time.GetUtcNow();
                var started = Stopwatch.GetTimestamp();
                var changes = await consumer.DrainAsync(options.Batch, cancellation);
                var took = Stopwatch.GetElapsedTime(started);
                await StoreAsync(changes, at, cancellation);
                await looked(changes.HasMore ? null : at, cancellation);
                if (changes.Everything)
                    return TriggerEnd.Incomplete;
                if (await CheckAsync(cancellation) is { } end)
                    return end;
                if (changes.HasMore)
                    continue;
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

    private async Task StoreAsync(DrainedChanges changes, DateTimeOffset at, CancellationToken cancellation)
    {
        if (changes.IsEmpty)
            return;
        var known = changes.Ids.Select(id => JobIds.Normalize(ids, id)).OfType<string>().ToList();
        known.Sort((a, b) => JobIds.Compare(ids, a, b));
        await refresh.RunAsync(known, null, cancellation);
        if (ids == JobIdKind.BigInt && known.Count > 0 && (high is null || JobIds.Compare(ids, known[^1], high) > 0))
            high = known[^1];
        await ingester.ApplyAsync([], [], new(AsOf: changes.HasMore ? null : at, HighId: high), cancellation);
        await changes.CommitAsync(cancellation);
    }

    private async Task<TriggerEnd?> CheckAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (now - lastBeat >= options.BeatInterval)
        {
            await consumer.BeatAsync(cancellation);
            lastBeat = now;
        }

        if (now - lastCheck < options.SafetyInterval)
            return null;
        lastCheck = now;
        if (!await IsThereAsync(cancellation))
            return TriggerEnd.Gone;
        return await consumer.IsAsleepAsync(cancellation) ? TriggerEnd.Incomplete : null;
    }

    private async Task<bool> IsThereAsync(CancellationToken cancellation) =>
        await installer.InspectAsync(cancellation) is { Presence: TriggerPresence.Ready, Names: { } names } && names == consumer.Names;
}
