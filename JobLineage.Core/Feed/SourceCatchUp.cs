using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
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
        : AsOf is { } at ? $"Source '{Source}' was last read at {Figures.Time(at)}; what failed there since is not reported. {Problem}"
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
            if (await TryReadAsync(source, cancellation) is { } own)
                return own;
            var seen = await SeeAsync(source.Name, cancellation);
            if (last is not null && (seen.AsOf, seen.RowsDone) != (last.AsOf, last.RowsDone))
            {
                quiet = time.GetTimestamp();
                // By no clock: the first look that ends after this began may have begun before it, the second can't have.
                if (seen.AsOf != last.AsOf && seen is { IsBackfilled: true, State: FeedState.Live or FeedState.Polling } && ++looks == 2)
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

    /// <summary>Reads it in the leader's place; null: somebody else leads.</summary>
    private async Task<SourceReading?> TryReadAsync(WatchedSource source, CancellationToken cancellation)
    {
        await using var turn = await LeaderTurn.TryTakeAsync(store, cancellation);
        if (turn is null)
            return null;
        try
        {
            var feed = new SourceFeed(source, store, Nobody.Instance, options, time, logs.CreateLogger<SourceFeed>());
            var problem = await feed.ReadOnceAsync(cancellation);
            return new(source.Name, (await SeeAsync(source.Name, cancellation)).AsOf, problem);
        }
        catch (LeadLostException)
        {
            return null;
        }
    }

    private async Task<Seen> SeeAsync(string source, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand("select as_of, rows_done, state, message, backfilled from job_lineage.source where name = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation)
            ? new(row.TimeAt(0), row.GetInt64(1), (FeedState)row.GetInt16(2), row.TextAt(3), row.GetBoolean(4))
            : new(null, 0, FeedState.Starting, null, false);
    }

    private sealed record Seen(DateTimeOffset? AsOf, long RowsDone, FeedState State, string? Message, bool IsBackfilled);

    private sealed class Nobody : IAttention
    {
        public static readonly Nobody Instance = new();

        public bool IsWatched(string source) => false;
    }
}
