using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.Hangfire;

/// <summary>
/// Hangfire on PostgreSQL (Hangfire.PostgreSql, schema 23), as recorded from Hangfire.Core 1.8.25. A job's state is a row of <c>state</c>, which keeps
/// all it ever had; parents are a parameter that a filter of the program's sets (docs/tracking.md), or the job that a continuation waits for. Times in
/// a state's data are ISO text or, by the serializer's settings, milliseconds since 1970. What is over expires after a day.
/// </summary>
internal sealed class HangfireEngine : IEngine
{
    private const int Newest = 23;

    /// <inheritdoc/>
    public string Name => "hangfire";

    /// <inheritdoc/>
    public string Title => "Hangfire";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string?> OwnWords { get; } = new Dictionary<string, string?>
    {
        ["Retry"] = "\"Scheduled\" with RetryCount",
    };

    /// <inheritdoc/>
    public SourceMapping Map(string source, EngineTables tables) => new()
    {
        Name = source,
        Preset = Name,
        Schema = "hangfire",
        Table = "job",
        Joins = """
            left join lateral (select s.name, s.data, s.createdat from {schema}.state s where s.id = job.stateid) cur on true
            left join lateral (
                select count(*) filter (where s.name = 'Processing') as attempts, max(s.createdat) filter (where s.name = 'Processing') as attempted_at,
                    (array_agg(s.data->>'ServerId' order by s.id desc) filter (where s.name = 'Processing'))[1] as server,
                    (array_agg(s.data->>'Queue' order by s.id desc) filter (where s.name = 'Enqueued'))[1] as queue,
                    (array_agg(s.data order by s.id desc) filter (where s.name = 'Failed'))[1] as failed,
                    (array_agg(s.data->>'ParentId' order by s.id) filter (where s.name = 'Awaiting'))[1] as awaited
                from {schema}.state s where s.jobid = job.id) past on true
            left join lateral (
                select max(p.value) filter (where p.name = 'ParentJobId') as parent, count(*) filter (where p.name = 'RetryCount') as retries
                from {schema}.jobparameter p where p.jobid = job.id) given on true
            """,
        Changes = [new("state", "jobid"), new("jobparameter", "jobid")],
        // For a moment after it was made a job has no state.
        State = "case when job.statename = 'Scheduled' and given.retries > 0 then 'Retry' else coalesce(job.statename, 'Enqueued') end",
        Unfinished = ["job.statename is null", "job.statename in ('Enqueued', 'Scheduled', 'Awaiting', 'Processing')"],
        States = new Dictionary<string, JobState>
        {
            ["Enqueued"] = JobState.Available,
            ["Scheduled"] = JobState.Scheduled,
            ["Retry"] = JobState.Retryable,
            ["Awaiting"] = JobState.Suspended,
            ["Processing"] = JobState.Executing,
            ["Succeeded"] = JobState.Completed,
            ["Failed"] = JobState.Discarded,
            ["Deleted"] = JobState.Cancelled,
        },
        Worker = "split_part(job.invocationdata->>'Type', ',', 1) || '.' || (job.invocationdata->>'Method')",
        Queue = "past.queue",
        ParentId = "coalesce(trim(both '\"' from given.parent), past.awaited)",
        Attempt = "past.attempts",
        InsertedAt = "job.createdat",
        ScheduledAt = $"case when cur.name = 'Scheduled' then {Time("cur.data->>'EnqueueAt'")} end",
        AttemptedAt = "past.attempted_at",
        FinishedAt = "case when cur.name in ('Succeeded', 'Failed', 'Deleted') then cur.createdat end",
        AttemptedBy = "past.server",
        Args = "job.arguments",
        LastError = "case when job.statename in ('Failed', 'Scheduled', 'Enqueued', 'Processing') then past.failed::text end",
    };

    /// <inheritdoc/>
    public string VersionSql(SourceMapping mapping) => $"select max(version)::text from {SourceMapping.Quote(mapping.Schema)}.schema";

    /// <inheritdoc/>
    public Check Judge(SourceMapping mapping, string? version) => EngineVersion.Judge(Title, "schema version", version, Newest);

    /// <inheritdoc/>
    public string JobPath => "/hangfire/jobs/details/{id}";

    /// <summary>A server takes its row away when it stops; one that died stays until others find its last sign of life too old.</summary>
    public EngineStatement? Nodes { get; } = new(
        "server",
        $$"""
        select s.id as node, queue.name as queue, {{Time("s.data->>'StartedAt'")}} as started_at, s.lastheartbeat as seen_at,
            s.lastheartbeat > now() - interval '5 minutes' as is_alive
        from {schema}.server s left join lateral jsonb_array_elements_text(s.data::jsonb->'Queues') queue (name) on true
        """);

    /// <summary>A time that is ISO text, or milliseconds since 1970.</summary>
    private static string Time(string text) => $"case when ({text}) ~ '^[0-9]+$' then to_timestamp(({text})::numeric / 1000) else ({text})::timestamptz end";
}
