using JobLineage.Core.Contract;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Ingest;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace JobLineage.Core.Feed;

/// <summary>How far the store knows a source after it was to be brought up to date.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="AsOf">The moment up to which it was read; null: it never was.</param>
/// <param name="Problem">Why it is not up to date; null when it is.</param>
public sealed record SourceReading(string Source, DateTimeOffset? AsOf, string? Problem)
{
    /// <summary>A sentence about a source that is not up to date; null when it is.</summary>
    public string? Sentence => Problem is null ? null
        : AsOf is { } at ? $"Source '{Source}' was last read at {Format.Time(at)}; what failed there since is not reported. {Problem}"
        : $"Source '{Source}' was never read; what failed there is not reported. {Problem}";
}

/// <summary>
/// Brings sources up to date once, for a program that does not stay: it reads them itself where nobody leads, and waits for whoever
/// leads elsewhere.
/// </summary>
/// <param name="store">Connections to the store, whose schema is up to date.</param>
/// <param name="options">How much is read at a time.</param>
/// <param name="time">The clock.</param>
/// <param name="logs">Make the log.</param>
public sealed class SourceCatchUp(NpgsqlDataSource store, FeedOptions options, TimeProvider time, ILoggerFactory logs)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>For how long whoever leads may bring nothing forward; its looks are seconds apart, those over a huge backlog more.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Called before each question whether somebody leads; a test counts, or dies, here.</summary>
    internal Action Before { get; init; } = () => { };

    /// <summary>Brings a source up to date: all that was committed in it before this call is in the store afterwards, or it is said why not.</summary>
    public async Task<SourceReading> RunAsync(WatchedSource source, CancellationToken cancellation)
    {
        var (last, looks, quiet) = ((Seen?)null, 0, time.GetTimestamp());
        while (true)
        {
            Before();
            var seen = await SeeAsync(source.Name, cancellation);
            if (!seen.IsLed && await TryReadAsync(source, cancellation) is { } own)
                return own;
            if (last is not null && (seen.AsOf, seen.RowsDone, seen.Looks) != (last.AsOf, last.RowsDone, last.Looks))
            {
                quiet = time.GetTimestamp();
                // By no clock: the first look that ends after this began may have begun before it, the second can't have.
                // How old the data of some sources is can't be known: of these it is counted.
                if ((seen.AsOf != last.AsOf || seen.AsOf is null && seen.Looks != last.Looks) && seen is { IsBackfilled: true, State: FeedState.Live or FeedState.Polling } && ++looks == 2)
                    return new(source.Name, seen.AsOf, null);
            }

            last = seen;
            if (seen.State == FeedState.Misconfigured)
                return new(source.Name, seen.AsOf, seen.Message ?? "It can't be read as it is configured.");
            if (time.GetElapsedTime(quiet) > Patience)
                return new(source.Name, seen.AsOf, seen.Message ?? $"Another replica leads, and has brought nothing forward for {Patience.TotalSeconds:0} s.");
            await Task.Delay(Pause, time, cancellation);
        }
    }

    /// <summary>Reads it under its lease; null: somebody else holds that.</summary>
    private async Task<SourceReading?> TryReadAsync(WatchedSource source, CancellationToken cancellation)
    {
        await using var lease = await SourceLease.TryTakeAsync(store, source.Name, "digest", time, cancellation);
        if (lease is null)
            return null;
        using var turn = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lease.Lost);
        try
        {
            var feed = new SourceFeed(source, store, Nobody.Instance, options, time, logs.CreateLogger<SourceFeed>(), lease.Holder);
            var problem = await feed.ReadOnceAsync(turn.Token);
            return new(source.Name, (await SeeAsync(source.Name, cancellation)).AsOf, problem);
        }
        catch (Exception e) when (e is LeadLostException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    private async Task<Seen> SeeAsync(string source, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            $"""
            select s.as_of, coalesce(s.rows_done, 0), coalesce(s.state, {(short)FeedState.Starting}), s.message, coalesce(s.backfilled, false), coalesce(s.looks, 0), exists (
                select from job_lineage.lease l join job_lineage.member m on m.id = l.holder where l.name = $2 and {LeaseMember.IsAlive})
            from (values (1)) one left join job_lineage.source s on s.name = $1
            """).With(source, SourceLease.NameOf(source));
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        await row.NextAsync(cancellation);
        return new(row.Time(), row.Long(), (FeedState)row.Short(), row.TextOrNull(), row.Bool(), row.Long(), row.Bool());
    }

    private sealed record Seen(DateTimeOffset? AsOf, long RowsDone, FeedState State, string? Message, bool IsBackfilled, long Looks, bool IsLed);

    private sealed class Nobody : IAttention
    {
        public static readonly Nobody Instance = new();

        public bool IsWatched(string source) => false;
    }
}
