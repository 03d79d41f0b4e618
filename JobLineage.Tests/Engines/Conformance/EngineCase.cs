using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Tests.Engines.Conformance;

/// <summary>An engine with rows that it really wrote, and what is true of them by another source than the tables.</summary>
/// <param name="Name">How a failing test calls it.</param>
/// <param name="Mapping">How it is read.</param>
/// <param name="Tables">Its tables, the one of the jobs first; each with the column that holds a job's id, or an expression over its rows that finds it.</param>
/// <param name="Schema">The statements that make them, empty.</param>
internal sealed partial record EngineCase(string Name, SourceMapping Mapping, IReadOnlyList<(string Table, string Job)> Tables, string Schema)
{
    /// <summary>The recorded rows, as CSV with a header, by table.</summary>
    public required IReadOnlyDictionary<string, string> Rows { get; init; }

    /// <summary>Rows of tables that say nothing of single jobs, and are there before them.</summary>
    public IReadOnlyDictionary<string, string> Beside { get; init; } = new Dictionary<string, string>();

    /// <summary>A column of the jobs that is written as it is, so that each row becomes another version of itself; null: that of the id.</summary>
    public string? Touched { get; init; }

    /// <summary>What <c>doctor</c> says of its version; null where the rows lack the table that says it.</summary>
    public string? Version { get; init; }

    /// <summary>What this version lacks and another one has.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>The engine's own statements, in their order, where it was not run; empty where rows were recorded.</summary>
    public IReadOnlyList<string> Replay { get; init; } = [];

    /// <summary>How many of them come before the moment at which the rows are read from by themselves.</summary>
    public int Moment { get; init; }

    /// <summary>The roots of the runs of which <see cref="Stages"/> tells.</summary>
    public required IReadOnlyList<string> Roots { get; init; }

    /// <summary>Jobs of each stage of those runs together: <c>path total</c>, in the order of the paths.</summary>
    public required IReadOnlyList<string> Stages { get; init; }

    /// <summary>The ids of jobs that failed for good.</summary>
    public required IReadOnlyList<string> Failed { get; init; }

    /// <summary>What the engine says of queues by the rows that are loaded.</summary>
    public IReadOnlyList<EngineQueue> Said { get; init; } = [];

    /// <summary>Who works by these.</summary>
    public IReadOnlyList<EngineNode> Working { get; init; } = [];

    /// <summary>A job of the deepest stage, and the ids above it, root first; empty where runs share a key and no job has a parent.</summary>
    public required (string Leaf, string[] Above) Way { get; init; }

    /// <summary>All of them.</summary>
    public static IReadOnlyDictionary<string, Func<EngineCase>> All { get; } = new Dictionary<string, Func<EngineCase>>
    {
        ["oban"] = Oban,
        ["research_jobs"] = ResearchJobs,
        ["configured: hangfire"] = Hangfire,
        ["hangfire"] = () => Hangfire() with { Mapping = Presets.Find("hangfire", "q")! },
        ["pg_boss"] = () => Recorded(
            "pg_boss", "pgboss12", [("job", "id", "pgboss_job_end")],
            // A dead letter is a copy in another queue, which the program's log does not count.
            stages => stages.Append("sync/page/detail/dead 10"),
            ["0004639e-7844-47c3-be3f-11592ebb54f2", "072e37d8-813c-4cda-9dc4-90b77243510b", "3d38a195-e1bd-4d81-9711-38bc4f9e3684", "e6e36dcb-9e1e-4989-8a9e-4436320b1508", "e89bcd9b-9e47-4170-a2b2-77335149116d"], ("fad79414-6c04-4977-9bfa-038ae39bfed2", ["e6e36dcb-9e1e-4989-8a9e-4436320b1508", "044d565c-db75-4fc6-808a-e938ff0aa523", "bed6e85b-147a-4855-afdf-2403fc8d3163"]),
            Files("pgboss12", ("queue", "pgboss_queue_end"))) with
        { Said = [.. new[] { "*", "__pgboss__send-it", "dead", "detail", "page", "report", "show", "sync" }.Select(queue => new EngineQueue(queue, null, null, "queue"))] },
        ["pg_boss: schema 24"] = () => Recorded(
            "pg_boss", "pgboss10", [("job", "id", "pgboss_job_end")],
            // This version says of a dead letter only what it copied: the parent of the job that failed is its own.
            stages => stages.Append("sync/page/dead 10"),
            ["0fb5c890-be2f-4249-ace0-baf8a4a08f0e", "10804e85-1bef-41a6-92c2-6700b70e5cb0", "6773089a-5e28-4c8d-a6f8-3bf61a7470ee", "6fa693c4-57a5-43f1-9c56-cba40c970fc8", "a04d75ea-0bff-4c5c-87ff-f03baebd0315"], ("7e13e234-af2b-4679-a2a9-312e2131e2b4", ["10804e85-1bef-41a6-92c2-6700b70e5cb0", "6829f23f-c846-4d1c-b7bb-06cb852d8405", "9d5736dd-21c0-4115-8943-fb1aae041656"]),
            Files("pgboss10", ("version", "pgboss_version_end"), ("queue", "pgboss_queue_end"))) with
        { Version = "pg-boss's schema version is 24.", Missing = ["job.blocked", "job.source_id", "job_dependency"], Said = [.. new[] { "*", "__pgboss__send-it", "dead", "detail", "page", "report", "show", "sync" }.Select(queue => new EngineQueue(queue, null, null, "queue"))] },
        ["procrastinate"] = () => Recorded(
            "procrastinate", "procrastinate", [("procrastinate_jobs", "id", "procrastinate_jobs_end"), ("procrastinate_events", "job_id", "procrastinate_events_end")],
            stages => stages, ["1", "7"], ("86", ["7", "34", "73"])) with
        { Said = [new("*", null, null, "procrastinate_jobs")] },
        ["que"] = () => Recorded(
            "que", "que", [("que_jobs", "id", "que_jobs_end")],
            // Two were taken away, which deletes the row.
            stages => stages.Select(stage => stage == "Sync/Show 8" ? "Sync/Show 6" : stage),
            ["1", "9"], ("86", ["9", "36", "67"])),
        ["dbos"] = () => Recorded(
            "dbos", "dbos", [("workflow_status", "workflow_uuid", "workflow_status_end")], stages => stages,
            ["50873a50-ce89-4e9d-bf8b-0a911ba06157", "f4773d97-5f60-47a5-95d8-19093ccb2f7a"], ("f4773d97-5f60-47a5-95d8-19093ccb2f7a-4-3-1", ["f4773d97-5f60-47a5-95d8-19093ccb2f7a", "f4773d97-5f60-47a5-95d8-19093ccb2f7a-4", "f4773d97-5f60-47a5-95d8-19093ccb2f7a-4-3"]),
            Files("dbos", ("queues", "queues_end"))) with
        {
            Said =
            [
                new("*", null, null, "queues"), new("main", null, null, "queues", "runs at most 4 at once on each node"), new("pages", null, null, "queues", "runs at most 1 at once on each node"),
            ],
        },
        ["graphile_worker"] = () => Replayed("graphile_worker", [("_private_jobs", "id")], stages => stages.Select(RemovedOne)) with
        { Touched = "priority", Said = [new("*", null, null, "_private_job_queues")] },
        ["oban: workflows of Pro"] = () => Replayed("oban", [("oban_jobs", "id")], stages => stages, folder: "oban_pro"),
        ["river"] = () => Replayed("river", [("river_job", "id")], stages => stages),
        ["good_job"] = () => Replayed("good_job", [("good_jobs", "id")], stages => stages),
        ["solid_queue"] = () => Replayed(
            "solid_queue",
            [
                ("solid_queue_jobs", "active_job_id"),
                .. new[] { "claimed", "failed", "ready", "scheduled" }.Select(t => ($"solid_queue_{t}_executions", "(select j.active_job_id from recorded.solid_queue_jobs j where j.id = job_id)")),
            ],
            stages => stages) with
        { Working = [.. new[] { "default", "pages" }.Select(queue => new EngineNode("worker-1", queue, Eight, Eight, false))] },
    };

    /// <summary>When the small pipelines begin.</summary>
    private static readonly DateTimeOffset Eight = new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);

    /// <summary>One was taken away before the moment, which deletes its row.</summary>
    private static string RemovedOne(string stage) => stage == "Sync/Show 2" ? "Sync/Show 1" : stage;

    /// <summary>A small pipeline in the engine's own statements.</summary>
    private static EngineCase Replayed(string preset, IReadOnlyList<(string Table, string Job)> tables, Func<IEnumerable<string>, IEnumerable<string>> known, string? folder = null)
    {
        folder ??= preset;
        var truth = JsonNode.Parse(Read("engines", folder, "truth.json"))!;
        var parts = Read("engines", folder, "replay.sql").Split("-- moment");
        List<string> Steps(string part) => [.. part.Split("-- step: ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(step => step.Contains('\n')).Select(step => step[step.IndexOf('\n')..])];
        var ids = truth["ids"]!.AsObject().ToDictionary(id => id.Key, id => id.Value!.GetValue<string>());
        return new(preset, Presets.Find(preset, "q")!, tables, Read("engines", folder, "schema.sql"))
        {
            Rows = new Dictionary<string, string>(),
            Replay = [.. Steps(parts[0]), .. Steps(parts[1])],
            Moment = Steps(parts[0]).Count,
            Roots = [ids["1"]],
            Stages = [.. known(truth["per_stage_enqueued"]!.AsObject().Select(s => $"{s.Key} {s.Value}")).Order(StringComparer.Ordinal)],
            Failed = [.. truth["final_failures"]!.AsArray().Select(id => id!.GetValue<string>())],
            Way = (ids["11"], [ids["1"], ids["2"], ids["4"]]),
        };
    }

    private static Dictionary<string, string> Files(string folder, params IEnumerable<(string Table, string File)> files) =>
        files.ToDictionary(f => f.Table, f => Read("engines", folder, $"{f.File}.csv"));

    /// <summary>A real run, with what its own log counted.</summary>
    private static EngineCase Recorded(
        string preset, string folder, IReadOnlyList<(string Table, string Job, string File)> tables, Func<IEnumerable<string>, IEnumerable<string>> known, string[] roots, (string, string[]) way,
        IReadOnlyDictionary<string, string>? beside = null)
    {
        var truth = JsonNode.Parse(Read("engines", folder, "truth.json"))!;
        return new(preset, Presets.Find(preset, "q")!, [.. tables.Select(t => (t.Table, t.Job))], Read("engines", folder, "schema.sql"))
        {
            Rows = tables.ToDictionary(t => t.Table, t => Read("engines", folder, $"{t.File}.csv")),
            Roots = roots,
            Stages = [.. known(truth["per_stage_enqueued"]!.AsObject().Select(s => $"{s.Key} {s.Value}")).Order(StringComparer.Ordinal)],
            Failed = [.. truth["final_failures"]!.AsArray().Select(id => id!.GetValue<string>())],
            Way = way,
            Beside = beside ?? new Dictionary<string, string>(),
        };
    }

    internal static string Read(params string[] path) => File.ReadAllText(Path.Combine([AppContext.BaseDirectory, "Data", .. path]));

    private static EngineCase Oban()
    {
        var truth = RecordedData.ObanEnd.ReadTruth();
        return new("oban", Presets.Oban("q"), [("oban_jobs", "id")], Read("oban", "schema.sql"))
        {
            Rows = new Dictionary<string, string> { ["oban_jobs"] = Read("oban", "run1_end.csv") },
            Stages = [.. truth.Stages.Select(s => $"{s.Path} {s.Total}").Order(StringComparer.Ordinal)],
            Roots = [truth.Root],
            // The word for it is in the row itself; an error may hold any line.
            Failed = [.. DiscardedByOban().Matches(Read("oban", "run1_end.csv")).Select(m => m.Groups[1].Value)],
            Way = ("394", ["60", "70", "80", "385"]),
        };
    }

    private static EngineCase ResearchJobs() => new("research_jobs", Presets.ResearchJobs("q"), [("research_jobs", "id")], Read("research_jobs", "schema.sql"))
    {
        Rows = new Dictionary<string, string> { ["research_jobs"] = Read("research_jobs", "rows_mid.csv") },
        // Five chains, as the README beside the rows counts them.
        Roots = ["31", "35", "37", "39", "70"],
        Stages = ["albums 5", "albums/songs 5", "albums/songs/artists 3", "albums/songs/artists/rebuild_index 3"],
        Failed = ["6", "7", "11", "15", "16", "36", "38", "46", "51", "69"],
        Way = ("34", []),
    };

    /// <summary>Read by what somebody would write into appsettings.json: a state in another table, parents in a third.</summary>
    private static EngineCase Hangfire()
    {
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream("""
            { "JobLineage": { "Sources": { "q": {
              "Schema": "hangfire", "Table": "job",
              "Joins": "left join lateral (select s.name, s.data, s.createdat from {schema}.state s where s.id = job.stateid) cur on true left join lateral (select count(*) filter (where s.name = 'Processing') as attempts, max(s.createdat) filter (where s.name = 'Processing') as attempted_at, (array_agg(s.data->>'ServerId' order by s.id desc) filter (where s.name = 'Processing'))[1] as server, (array_agg(s.data->>'Queue' order by s.id desc) filter (where s.name = 'Enqueued'))[1] as queue, (array_agg((s.data->>'ExceptionType') || ': ' || (s.data->>'ExceptionMessage') order by s.id desc) filter (where s.name = 'Failed'))[1] as error from {schema}.state s where s.jobid = job.id) past on true left join lateral (select max(p.value) filter (where p.name = 'ParentJobId') as parent, count(*) filter (where p.name = 'RetryCount') as retries from {schema}.jobparameter p where p.jobid = job.id) given on true",
              "Changes": [ { "Table": "state", "Column": "jobid" }, { "Table": "jobparameter", "Column": "jobid" } ],
              "State": "case when job.statename = 'Scheduled' and given.retries > 0 then 'Retry' else job.statename end",
              "States": { "Enqueued": "available", "Scheduled": "scheduled", "Retry": "retryable", "Awaiting": "suspended", "Processing": "executing", "Succeeded": "completed", "Failed": "discarded", "Deleted": "cancelled" },
              "Worker": "split_part(job.invocationdata->>'Type', ',', 1) || '.' || (job.invocationdata->>'Method')",
              "Queue": "past.queue", "ParentId": "trim(both '\"' from given.parent)", "Attempt": "past.attempts", "InsertedAt": "job.createdat",
              "ScheduledAt": "case when cur.name = 'Scheduled' then (cur.data->>'EnqueueAt')::timestamptz end", "AttemptedAt": "past.attempted_at",
              "FinishedAt": "case when cur.name in ('Succeeded', 'Failed', 'Deleted') then cur.createdat end", "AttemptedBy": "past.server", "Args": "job.arguments", "LastError": "past.error"
            } } } }
            """u8.ToArray())).Build();
        var read = SourcesConfigurationReader.Read(configuration, requireConnection: false);
        Assert.Empty(read.Errors);
        var truth = JsonNode.Parse(Read("engines", "hangfire", "truth.json"))!;
        return new("hangfire", read.Sources.Single().Mapping, [("job", "id"), ("jobparameter", "jobid"), ("state", "jobid")], Read("engines", "hangfire", "schema.sql"))
        {
            Rows = new[] { "job", "jobparameter", "state" }.ToDictionary(t => t, t => Read("engines", "hangfire", $"hangfire_{t}_end.csv")),
            Stages = [.. truth["per_stage_enqueued"]!.AsObject().Select(s => $"{s.Key} {s.Value}").Order(StringComparer.Ordinal)],
            Failed = [.. truth["final_failures"]!.AsArray().Select(id => id!.GetValue<string>())],
            Roots = ["1", "2", "39"],
            Way = ("106", ["1", "14", "98"]),
        };
    }

    [GeneratedRegex("^([0-9]+),discarded,", RegexOptions.Multiline)]
    private static partial Regex DiscardedByOban();
}
