using System.Globalization;
using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.PgBoss;

/// <summary>
/// pg-boss, schema 46 (version 12.38), as recorded from it. One table, partitioned by queue. <c>retry_count</c> counts retries, <c>output</c> is what the
/// handler returned unless the job failed, a failure deletes the row and inserts it anew under its id, and a dead letter is a copy of the job in another queue:
/// a child of the one that failed. What is over is deleted after a week.
/// </summary>
internal sealed class PgBossEngine : IEngine
{
    private const int Newest = 46;

    /// <inheritdoc/>
    public string Name => "pg_boss";

    /// <inheritdoc/>
    public string Title => "pg-boss";

    /// <inheritdoc/>
    public SourceMapping Map(string source) => new()
    {
        Name = source,
        Preset = Name,
        Schema = "pgboss",
        Table = "job",
        State = """
            case when job.state = 'created' and job.blocked then 'blocked' when job.state = 'created' and job.start_after > job.created_on then 'later'
                else job.state::text end
            """,
        Unfinished = ["job.state < 'completed'"],
        States = new Dictionary<string, JobState>
        {
            ["created"] = JobState.Available,
            ["later"] = JobState.Scheduled,
            ["blocked"] = JobState.Suspended,
            ["retry"] = JobState.Retryable,
            ["active"] = JobState.Executing,
            ["completed"] = JobState.Completed,
            ["cancelled"] = JobState.Cancelled,
            ["failed"] = JobState.Discarded,
        },
        Worker = "job.name",
        Queue = "job.name",
        ParentId = "coalesce(job.source_id::text, job.data->>'parentJobId')",
        Attempt = "case when job.started_on is null then 0 else job.retry_count + 1 end",
        MaxAttempts = "job.retry_limit + 1",
        Priority = "job.priority",
        InsertedAt = "job.created_on",
        ScheduledAt = "job.start_after",
        AttemptedAt = "job.started_on",
        FinishedAt = "job.completed_on",
        Args = "job.data",
        LastError = "case when job.state in ('retry', 'failed') then coalesce(job.output->>'stack', job.output->>'message', job.output::text) end",
    };

    /// <inheritdoc/>
    public string VersionSql(SourceMapping mapping) => $"select max(version)::text from {SourceMapping.Quote(mapping.Schema)}.version";

    /// <inheritdoc/>
    public Check Judge(SourceMapping mapping, string? version) => int.TryParse(version, CultureInfo.InvariantCulture, out var number) && number <= Newest
        ? new(CheckLevel.Good, Title, $"pg-boss's schema version is {number}.")
        : new(CheckLevel.Advice, Title, $"pg-boss's schema version is {version ?? "not said"}; versions up to {Newest} are known here. It is read as they are.");

    /// <summary>Instances of version 12 say which queues they work for, and when they last showed life; older versions say nothing.</summary>
    public EngineStatement? Nodes { get; } = new(
        "instance",
        """
        select distinct coalesce(nullif(i.name, ''), i.host || '/' || i.pid) as node, worker.value->>'queue' as queue, i.started_on as started_at, i.heartbeat_on as seen_at
        from {schema}.instance i left join lateral jsonb_array_elements(case when jsonb_typeof(i.workers) = 'array' then i.workers end) worker on true
        where i.stopped_on is null
        """);
}
