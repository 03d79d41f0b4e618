using System.Collections.Concurrent;
using System.Diagnostics;
using JobLineage.Bench.Checking;
using JobLineage.Bench.Measuring;
using JobLineage.Core.Feed;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace JobLineage.Bench.Engines;

/// <summary>A dashboard without pages that follows one source, and somebody who watches its store for jobs that have ended well.</summary>
internal sealed class EngineFollower : IAsyncDisposable
{
    /// <summary>What the rows of <see cref="RestAsync"/> hold.</summary>
    public static readonly string[] Columns =
        ["engine", "feed", "jobs", "ended well, of those told", "failed for good, told once", "cancelled", "gone from the queue, kept", "differences at rest", "change → store p50", "p95"];

    /// <summary>That a row which had ended is gone is found by comparing everything; every ten minutes unless it is told otherwise.</summary>
    private static readonly TimeSpan Reconciles = TimeSpan.FromSeconds(20);

    private const int Missing = (int)JobFlags.Missing;
    private const int Gone = (int)JobFlags.Gone;
    private const int Vanished = (int)JobFlags.Vanished;

    private static readonly string Completed =
        $"select coalesce(native_id, id) from job_lineage.job where state = {(short)JobState.Completed} and flags & {Missing | Vanished} = 0";

    private static readonly string Jobs = $"""
        select coalesce(j.native_id, j.id), j.state, j.flags, coalesce(p.native_id, j.parent_id)
        from job_lineage.job j left join job_lineage.job p on p.source_id = j.source_id and p.id = j.parent_id where j.flags & {Missing} = 0
        """;

    private const string Failures =
        "select coalesce(j.native_id, f.job_id) from job_lineage.failure f left join job_lineage.job j on j.source_id = f.source_id and j.id = f.job_id";

    private readonly NpgsqlDataSource source;
    private readonly NpgsqlDataSource store;
    private readonly Leader leader;
    private readonly SourceMapping mapping;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> seen = new();
    private readonly Task watching;

    private EngineFollower(SourceMapping mapping, string source, string store, FeedKind feed)
    {
        (this.mapping, this.source, this.store) = (mapping, NpgsqlDataSource.Create(source), StoreDatabase.Create(store));
        leader = new(this.store, [new(mapping, this.source, new Redaction(), feed)], new Viewer(), new FeedOptions { ReconcileInterval = Reconciles }, TimeProvider.System, NullLoggerFactory.Instance);
        watching = Task.Run(WatchAsync);
    }

    /// <summary>Begins to follow.</summary>
    public static async Task<EngineFollower> StartAsync(SourceMapping mapping, string source, string store, FeedKind feed, CancellationToken cancellation)
    {
        var follower = new EngineFollower(mapping, source, store, feed);
        await Migrator.MigrateAsync(follower.store, null, cancellation);
        await follower.leader.StartAsync(cancellation);
        return follower;
    }

    /// <summary>Compares when nothing moves any more: until nothing differs, and not longer than three comparisons of everything take.</summary>
    /// <returns>A row of the table, and sentences about what differs.</returns>
    public async Task<(string[] Row, IReadOnlyList<string> Differences)> RestAsync(EngineProgram program, string feed, ProgramLog told, CancellationToken cancellation)
    {
        for (var began = Stopwatch.GetTimestamp(); ;)
        {
            var compared = await CompareAsync(program, feed, told, cancellation);
            if (compared.Differences.Count == 0 || Stopwatch.GetElapsedTime(began) > 3 * Reconciles)
                return compared;
            await Task.Delay(TimeSpan.FromSeconds(5), cancellation);
        }
    }

    /// <summary>Compares the store with its source and with what the program told.</summary>
    private async Task<(string[] Row, IReadOnlyList<string> Differences)> CompareAsync(EngineProgram program, string feed, ProgramLog told, CancellationToken cancellation)
    {
        var probed = (await SourceProbe.ProbeAsync(mapping, source, cancellation)).Source!;
        var jobs = await JobsAsync(cancellation);
        var differences = new List<string>(await new StoreAudit(store, probed, source).FindAsync(1_000, cancellation));
        // What went between two looks is taken for vanished, and nothing is claimed of how it ended.
        foreach (var (id, state) in told.Ends)
        {
            if (jobs.TryGetValue(id, out var job) && job.State != state && (job.Flags & Vanished) == 0)
                differences.Add($"job {id}: its program tells {state.Name()}, the store has {job.State.Name()}");
        }

        foreach (var (id, parent) in told.Parents)
        {
            if (jobs.TryGetValue(id, out var job) && job.Parent != parent)
                differences.Add($"job {id}: its program made it in {parent}, the store has it below {job.Parent ?? "none"}");
        }

        var failed = await TextsAsync(Failures, cancellation);
        differences.AddRange(failed.GroupBy(id => id).Where(group => group.Count() > 1).Select(group => $"job {group.Key}: its failure is there {group.Count()} times"));
        differences.AddRange(told.Failed.Except(failed).Select(id => $"job {id}: its program tells that it failed for good, and the ledger of failures lacks it"));
        var others = failed.Count(id => !told.Failed.Contains(id));
        var latencies = told.Ok.Where(o => seen.ContainsKey(o.Key)).Select(o => seen[o.Key] - o.Value).Order().ToList();
        string[] row =
        [
            program.Name, feed, Report.Number(jobs.Count), Of(told.Ok.Keys, id => Is(id, JobState.Completed)),
            Of(told.Failed, failed.Contains) + (others == 0 ? "" : $", and {Report.Number(others)} more"), Of(told.Cancelled, id => Is(id, JobState.Cancelled)),
            Report.Number(jobs.Values.Count(job => (job.Flags & (Gone | Vanished)) == Gone)), Report.Number(differences.Count), At(latencies, 50), At(latencies, 95),
        ];
        return (row, differences);

        bool Is(string id, JobState state) => jobs.TryGetValue(id, out var job) && job.State == state && (job.Flags & Vanished) == 0;
    }

    private static string Of(IEnumerable<string> told, Func<string, bool> isKnown)
    {
        var ids = told.ToList();
        return $"{Report.Number(ids.Count(isKnown))} of {Report.Number(ids.Count)}";
    }

    private static string At(List<TimeSpan> sorted, int percent) => sorted.Count == 0 ? "–" : Report.Time(sorted[(sorted.Count - 1) * percent / 100]);

    private async Task WatchAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                foreach (var id in await TextsAsync(Completed, stop.Token))
                    seen.TryAdd(id, TimeProvider.System.GetUtcNow());
                await Task.Delay(50, stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or NpgsqlException)
            {
                // The store's tables are not there yet, or it is over.
                await Task.Delay(200);
            }
        }
    }

    private async Task<Dictionary<string, (JobState State, int Flags, string? Parent)>> JobsAsync(CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(Jobs);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var jobs = new Dictionary<string, (JobState, int, string?)>();
        while (await row.ReadAsync(cancellation))
            jobs[row.GetString(0)] = ((JobState)row.GetInt16(1), row.GetInt16(2), row.IsDBNull(3) ? null : row.GetString(3));
        return jobs;
    }

    private async Task<IReadOnlyList<string>> TextsAsync(string sql, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(sql);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var texts = new List<string>();
        while (await row.ReadAsync(cancellation))
            texts.Add(row.GetString(0));
        return texts;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await watching;
        await leader.StopAsync(default);
        leader.Dispose();
        stop.Dispose();
        await source.DisposeAsync();
        await store.DisposeAsync();
    }

    /// <summary>Somebody looks: the feeds are as fast as they are for a viewer.</summary>
    private sealed class Viewer : IAttention
    {
        public bool IsWatched(string source) => true;
    }
}
