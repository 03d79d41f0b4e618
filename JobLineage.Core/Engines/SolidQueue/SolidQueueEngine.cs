using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.SolidQueue;

/// <summary>
/// Solid Queue 1: app/models/solid_queue of rails/solid_queue and the tables that its generator makes. A job's state is which table has a row of it. What Active Job retries is
/// a new row with the id of the old, which then is finished: one job, several attempts, of which the newest row says how it stands. A retry by hand begins to count anew.
/// What is finished is cleared after a day. No maximum of attempts is kept, and no error of an attempt that was retried.
/// </summary>
internal sealed class SolidQueueEngine : IEngine
{
    private const string JobsOf = "select j.active_job_id from {schema}.solid_queue_jobs j where j.id = any($1::bigint[])";

    /// <inheritdoc/>
    public string Name => "solid_queue";

    /// <inheritdoc/>
    public string Title => "Solid Queue";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string?> OwnWords { get; } = new Dictionary<string, string?>
    {
        ["retry"] = "\"scheduled\" after an attempt",
    };

    /// <inheritdoc/>
    public SourceMapping Map(string source, EngineTables tables) => new()
    {
        Name = source,
        Preset = Name,
        Table = "solid_queue_jobs",
        Id = "active_job_id",
        SharesIds = true,
        Joins = """
            join lateral (select max(n.id) as id, min(n.created_at) as first_at from {schema}.solid_queue_jobs n where n.active_job_id = job.active_job_id) attempt on attempt.id = job.id
            left join {schema}.solid_queue_failed_executions failed on failed.job_id = job.id
            left join {schema}.solid_queue_claimed_executions claimed on claimed.job_id = job.id
            left join {schema}.solid_queue_processes process on process.id = claimed.process_id
            left join {schema}.solid_queue_scheduled_executions later on later.job_id = job.id
            left join {schema}.solid_queue_blocked_executions blocked on blocked.job_id = job.id
            """,
        Changes =
        [
            new("solid_queue_failed_executions", "job_id", Resolve: JobsOf), new("solid_queue_claimed_executions", "job_id", Resolve: JobsOf),
            new("solid_queue_scheduled_executions", "job_id", Resolve: JobsOf), new("solid_queue_blocked_executions", "job_id", Resolve: JobsOf),
            new("solid_queue_processes", null), new("solid_queue_jobs", null),
        ],
        State = """
            case when job.finished_at is not null then 'finished' when failed.job_id is not null then 'failed' when claimed.job_id is not null then 'claimed'
                when later.job_id is not null then case when (job.arguments::jsonb->>'executions')::int > 0 then 'retry' else 'scheduled' end
                when blocked.job_id is not null then 'blocked' else 'ready' end
            """,
        Unfinished = ["job.finished_at is null"],
        States = new Dictionary<string, JobState>
        {
            ["ready"] = JobState.Available,
            ["scheduled"] = JobState.Scheduled,
            ["retry"] = JobState.Retryable,
            ["blocked"] = JobState.Suspended,
            ["claimed"] = JobState.Executing,
            ["finished"] = JobState.Completed,
            ["failed"] = JobState.Discarded,
        },
        Worker = "job.class_name",
        Queue = "job.queue_name",
        ParentId = "job.arguments::jsonb->>'parent_job_id'",
        Attempt = "coalesce((job.arguments::jsonb->>'executions')::int, 0) + (job.finished_at is not null or failed.job_id is not null or claimed.job_id is not null)::int",
        Priority = "job.priority",
        InsertedAt = "attempt.first_at at time zone 'UTC'",
        // No index can serve the first time of several rows; that of the newest row is a plain column.
        Recent = "job.created_at > (now() - {within}) at time zone 'UTC'",
        ScheduledAt = "coalesce(later.scheduled_at, job.scheduled_at) at time zone 'UTC'",
        AttemptedAt = "claimed.created_at at time zone 'UTC'",
        FinishedAt = "coalesce(job.finished_at, failed.created_at) at time zone 'UTC'",
        AttemptedBy = "coalesce(process.name, claimed.process_id::text)",
        Args = "job.arguments::jsonb->'arguments'",
        LastError = "failed.error",
    };

    /// <summary>A queue is paused by a row; a job whose concurrency key others use up is blocked by one, until a semaphore is free or what it waits for has expired: at the latest when the last of those has.</summary>
    public EngineStatement? Queues { get; } = new(
        "solid_queue_pauses",
        """
        select coalesce(p.queue_name, blocked.queue_name) as queue, p.id is not null as is_paused, p.created_at at time zone 'UTC' as paused_at,
            case when p.id is null then 'solid_queue_blocked_executions' else 'solid_queue_pauses' end as said_by, blocked.held
        from {schema}.solid_queue_pauses p full join (
            select b.queue_name, 'has ' || count(*) || case count(*) when 1 then ' job that waits' else ' jobs that wait' end || ' for a semaphore ('
                || case count(distinct b.concurrency_key) when 1 then '' else count(distinct b.concurrency_key) || ' keys, the first ' end || min(b.concurrency_key)
                || '; freed at ' || to_char(max(b.expires_at), 'YYYY-MM-DD HH24:MI:SS') || ' UTC at the latest)' as held
            from {schema}.solid_queue_blocked_executions b group by b.queue_name) blocked on blocked.queue_name = p.queue_name
        """);

    /// <summary>A worker's queues are patterns in its metadata, with commas between; it shows life every minute and is dead after five (process_alive_threshold).</summary>
    public EngineStatement? Nodes { get; } = new(
        "solid_queue_processes",
        """
        select p.name as node, nullif(trim(queue.name), '*') as queue, p.created_at at time zone 'UTC' as started_at, p.last_heartbeat_at at time zone 'UTC' as seen_at,
            p.last_heartbeat_at at time zone 'UTC' > now() - interval '5 minutes' as is_alive
        from {schema}.solid_queue_processes p left join lateral regexp_split_to_table(coalesce(nullif(p.metadata, '')::jsonb->>'queues', '*'), ',') queue (name) on true
        where p.kind = 'Worker'
        """);
}
