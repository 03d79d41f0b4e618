using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.Procrastinate;

/// <summary>
/// Procrastinate 3, as recorded from 3.9. Times are rows of <c>procrastinate_events</c>, which a trigger of its own writes in the same transaction;
/// <c>attempts</c> counts attempts that are over. It keeps no errors anywhere: they are in the worker's log alone.
/// </summary>
internal sealed class ProcrastinateEngine : IEngine
{
    /// <inheritdoc/>
    public string Name => "procrastinate";

    /// <inheritdoc/>
    public string Title => "Procrastinate";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string?> OwnWords { get; } = new Dictionary<string, string?>
    {
        ["later"] = "\"todo\" with scheduled_at",
        ["retry"] = "\"todo\" with attempts > 0",
    };

    /// <inheritdoc/>
    public SourceMapping Map(string source, EngineTables tables) => new()
    {
        Name = source,
        Preset = Name,
        Table = "procrastinate_jobs",
        Joins = """
            left join lateral (
                select min(e.at) as first_at, max(e.at) filter (where e.type = 'started') as started_at,
                    max(e.at) filter (where e.type in ('succeeded', 'failed', 'cancelled', 'aborted')) as ended_at
                from {schema}.procrastinate_events e where e.job_id = job.id) event on true
            """,
        Changes = [new("procrastinate_events", "job_id")],
        State = "case when job.status = 'todo' and job.attempts > 0 then 'retry' when job.status = 'todo' and job.scheduled_at is not null then 'later' else job.status::text end",
        Unfinished = ["job.status = 'todo'", "job.status in ('doing', 'aborting')"],
        States = new Dictionary<string, JobState>
        {
            ["todo"] = JobState.Available,
            ["later"] = JobState.Scheduled,
            ["retry"] = JobState.Retryable,
            ["doing"] = JobState.Executing,
            ["aborting"] = JobState.Executing,
            ["succeeded"] = JobState.Completed,
            ["failed"] = JobState.Discarded,
            ["cancelled"] = JobState.Cancelled,
            ["aborted"] = JobState.Cancelled,
        },
        Worker = "job.task_name",
        Queue = "job.queue_name",
        ParentId = "job.args->>'parent_job_id'",
        Attempt = "job.attempts + (job.status in ('doing', 'aborting'))::int",
        Priority = "job.priority",
        InsertedAt = "event.first_at",
        ScheduledAt = "job.scheduled_at",
        AttemptedAt = "event.started_at",
        FinishedAt = "case when job.status not in ('todo', 'doing', 'aborting') then event.ended_at end",
        AttemptedBy = tables.Maybe("procrastinate_jobs", "worker_id", "job.worker_id"),
        Args = "job.args",
    };

    /// <inheritdoc/>
    public string NoErrors => "Procrastinate keeps no errors in the database: they are in the log of its worker.";

    /// <summary>The tables know no pauses, of any queue; a job whose <c>lock</c> another one that runs has waits for that.</summary>
    public EngineStatement? Queues { get; } = new(
        "procrastinate_jobs",
        """
        select w.queue_name::text as queue, null::boolean as is_paused, null::timestamptz as paused_at, 'procrastinate_jobs' as said_by,
            'has ' || count(*) || case count(*) when 1 then ' job that waits' else ' jobs that wait' end || ' for a lock that job ' || min(h.id) || ' holds ('
                || case count(distinct w.lock) when 1 then '' else count(distinct w.lock) || ' locks, the first ' end || min(w.lock) || ')' as held
        from {schema}.procrastinate_jobs w join {schema}.procrastinate_jobs h on h.lock = w.lock and h.status in ('doing', 'aborting')
        where w.status = 'todo' group by w.queue_name
        union all
        select '*', null, null, 'procrastinate_jobs', null
        """);

    /// <summary>Which queues a worker serves is not stored.</summary>
    public EngineStatement? Nodes { get; } = new(
        "procrastinate_workers",
        "select w.id::text as node, null::text as queue, null::timestamptz as started_at, w.last_heartbeat as seen_at, w.last_heartbeat > now() - interval '30 seconds' as is_alive from {schema}.procrastinate_workers w");
}
