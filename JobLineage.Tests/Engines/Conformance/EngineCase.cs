using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using JobLineage.Core.Sources;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Tests.Engines.Conformance;

/// <summary>An engine with rows that it really wrote, and what is true of them by another source than the tables.</summary>
/// <param name="Name">How a failing test calls it.</param>
/// <param name="Mapping">How it is read.</param>
/// <param name="Tables">Its tables, the one of the jobs first; each with the column that holds a job's id.</param>
/// <param name="Schema">The statements that make them, empty.</param>
internal sealed partial record EngineCase(string Name, SourceMapping Mapping, IReadOnlyList<(string Table, string Job)> Tables, string Schema)
{
    /// <summary>The recorded rows, as CSV with a header, by table.</summary>
    public required IReadOnlyDictionary<string, string> Rows { get; init; }

    /// <summary>The roots of the runs of which <see cref="Stages"/> tells.</summary>
    public required IReadOnlyList<string> Roots { get; init; }

    /// <summary>Jobs of each stage of those runs together: <c>path total</c>, in the order of the paths.</summary>
    public required IReadOnlyList<string> Stages { get; init; }

    /// <summary>The ids of jobs that failed for good.</summary>
    public required IReadOnlyList<string> Failed { get; init; }

    /// <summary>A job of the deepest stage, and the ids above it, root first; empty where runs share a key and no job has a parent.</summary>
    public required (string Leaf, string[] Above) Way { get; init; }

    /// <summary>All of them.</summary>
    public static IReadOnlyDictionary<string, Func<EngineCase>> All { get; } = new Dictionary<string, Func<EngineCase>>
    {
        ["oban"] = Oban,
        ["research_jobs"] = ResearchJobs,
        ["configured: hangfire"] = Hangfire,
    };

    private static string Read(params string[] path) => File.ReadAllText(Path.Combine([AppContext.BaseDirectory, "Data", .. path]));

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
