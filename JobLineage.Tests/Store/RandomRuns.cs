using System.Text.Json;
using JobLineage.Bench.Checking;
using JobLineage.Core.Model;

namespace JobLineage.Tests.Store;

/// <summary>Runs of all sorts, written into a store as an ingester leaves them, and what a list of them must be.</summary>
internal sealed class RandomRuns
{
    public static readonly DateTime Noon = new(2026, 3, 14, 12, 0, 0, DateTimeKind.Utc);

    private static readonly string[] Workers = ["App.SyncJob", "App.Other.SyncJob", "apple/rebuild_index", "App.NightlyReport", "App.100%_Odd\\Job"];

    private RandomRuns(IReadOnlyList<SomeRun> runs) => Runs = runs;

    public IReadOnlyList<SomeRun> Runs { get; }

    /// <summary>Few different values, so that most keys have ties; times that are not known, and the ends of time.</summary>
    public static async Task<RandomRuns> CreateAsync(StoreFixture fixture, int seed, int count)
    {
        var random = new Random(seed);
        var runs = new List<SomeRun>(count);
        for (var i = 0; i < count; i++)
        {
            // Numbers do not follow the order in which the runs began.
            var id = 1000 + ((i * 7919L) % count);
            DateTime? started = random.Next(12) == 0 ? null : Noon.AddMinutes(-random.Next(40));
            DateTime? active = random.Next(15) == 0 ? null : started is null ? Noon.AddMinutes(-random.Next(10)) : started.Value.AddMinutes(random.Next(6));
            if (random.Next(40) == 0)
                active = DateTime.MaxValue;
            runs.Add(new(
                id, random.Next(2) + 1, random.Next(Workers.Length) + 1, started, active,
                random.Next(4) == 0 ? random.Next(1, 4) : 0, random.Next(1, 6), random.Next(3) == 0 ? random.Next(1, 4) : 0));
        }

        await fixture.SqlAsync(
            """
            insert into job_lineage.source (name) values ('oban'), ('research_jobs');
            insert into job_lineage.label (text) select * from unnest(@workers);
            insert into job_lineage.label (text) values ('default');
            insert into job_lineage.run (id, source_id, root_id, worker, version, rows, executing, completed, discarded, started_at, last_activity_at)
            select (r->>'Id')::bigint, (r->>'Source')::smallint, r->>'Id', (r->>'Worker')::integer, 1, 1, (r->>'Executing')::bigint,
                (r->>'Completed')::bigint, (r->>'Discarded')::bigint, (r->>'Started')::timestamptz,
                case when r->>'Active' like '9999%' then 'infinity' else (r->>'Active')::timestamptz end
            from jsonb_array_elements(@rows::jsonb) r;
            insert into job_lineage.stage (source_id, id, run_id, worker, depth, rows, executing, completed, discarded)
            select source_id, id, id, worker, 1, rows, executing, completed, discarded from job_lineage.run;
            insert into job_lineage.job (source_id, id, run_id, stage_id, worker, queue, state, attempt, max_attempts, priority, hash, args)
            select source_id, root_id, id, id, worker, 6, 5, 1, 1, 0, id, '{"page": ' || (id % 10) || ', "City": "Kraków"}' from job_lineage.run;
            """,
            new { workers = Workers, rows = JsonSerializer.Serialize(runs) });
        await fixture.SqlAsync(RunCounting.Sql);
        return new(runs);
    }

    /// <summary>The ids of the runs that a query is about, in its order.</summary>
    public IEnumerable<string> Of(RunsQuery query, DateTime now)
    {
        var matching = Runs.Where(run => Matches(run, query, now));
        var open = now;
        var ordered = query.Ascending
            ? matching.OrderBy(run => run.Key(query.Sort, open)).ThenBy(run => run.Id)
            : matching.OrderByDescending(run => run.Key(query.Sort, open)).ThenByDescending(run => run.Id);
        return ordered.Select(run => $"{run.Id}");
    }

    public static string WorkerOf(SomeRun run) => Workers[run.Worker - 1];

    private static bool Matches(SomeRun run, RunsQuery query, DateTime now)
    {
        var active = run.Active ?? DateTime.MinValue;
        return (query.Source is null || query.Source == (run.Source == 1 ? "oban" : "research_jobs"))
            && (query.Worker is null || WorkerOf(run) == query.Worker || JobLineage.Core.Model.Workers.ShortName(WorkerOf(run)) == query.Worker)
            && (query.State is null || (query.State == RunState.Running ? run.Executing > 0 : query.State == run.State))
            && (query.Last is null || active >= now - query.Last)
            && (query.From is null || active >= query.From.Value.UtcDateTime)
            && (query.To is null || active < query.To.Value.UtcDateTime);
    }
}

/// <summary>A run; worker and source by their numbers.</summary>
internal sealed record SomeRun(long Id, int Source, int Worker, DateTime? Started, DateTime? Active, long Executing, long Completed, long Discarded)
{
    public RunState State => (Executing > 0, Discarded > 0) switch
    {
        (true, true) => RunState.Failing,
        (true, false) => RunState.Running,
        (false, true) => RunState.Failed,
        _ => RunState.Finished,
    };

    public long Key(RunSort sort, DateTime now) => sort switch
    {
        RunSort.Activity => (Active ?? DateTime.MinValue).Ticks,
        RunSort.Started => (Started ?? DateTime.MinValue).Ticks,
        RunSort.Jobs => Executing + Completed + Discarded,
        RunSort.Failures => Discarded,
        _ => Started is { } started && (Executing > 0 ? now : Active) is { } ended && ended != DateTime.MaxValue ? (ended - started).Ticks : -1,
    };
}
