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

    /// <summary>
    /// The tables know no pauses, of any queue; a job that is due and whose <c>lock</c> another one that runs has waits for that. What is doing is found by the index of locks. No index has
    /// what is aborting, a word that nothing is given any more from version 3 on: its rows are asked for only where the word is there and a version 2 may still write it, which keeps no
    /// <c>abort_requested</c>, or sets it by a trigger of its own until the second half of the migration (<c>sql/migrations/03.00.00_*</c> of Procrastinate).
    /// </summary>
    public EngineStatement? Queues { get; } = new(
        "procrastinate_jobs",
        """
        with jobs as materialized (select tableoid as id from {schema}.procrastinate_jobs limit 1),
        pair as (
            select w.queue_name::text as queue, w.id, w.lock, h.id as holder
            from {schema}.procrastinate_jobs w join (
                select h.id, h.lock from {schema}.procrastinate_jobs h where h.status = 'doing' and h.lock is not null
                union all
                select h.id, h.lock
                from (
                    select 1 from jobs
                    where exists (select from pg_attribute a join pg_enum e on e.enumtypid = a.atttypid where a.attrelid = jobs.id and a.attname = 'status' and e.enumlabel = 'aborting')
                        and (not exists (select from pg_attribute a where a.attrelid = jobs.id and a.attname = 'abort_requested' and not a.attisdropped)
                            or exists (select from pg_trigger t where t.tgrelid = jobs.id and t.tgname like 'procrastinate_trigger_sync_abort_requested_with_status%'))
                    offset 0) version (two) cross join lateral (
                    select h.id, h.lock from {schema}.procrastinate_jobs h where h.status::text = 'aborting' and h.lock is not null and version.two = 1 offset 0) h) h on h.lock = w.lock
            where w.status = 'todo' and (w.scheduled_at is null or w.scheduled_at <= now()))
        select queue, null::boolean as is_paused, null::timestamptz as paused_at, 'procrastinate_jobs' as said_by,
            'has ' || count(distinct id) || case count(distinct id) when 1 then ' job that waits' else ' jobs that wait' end || ' for a lock'
                || case count(distinct holder) when 1 then ' that job ' || min(holder) || ' holds (' || min(lock) || ')'
                    else ' (' || case count(distinct lock) when 1 then '' else count(distinct lock) || ' locks, the first ' end || (array_agg(lock order by lock, holder))[1]
                        || ', which job ' || (array_agg(holder order by lock, holder))[1] || ' holds)' end as held
        from pair group by queue
        union all
        select '*', null, null, 'procrastinate_jobs', null
        """);

    /// <summary>Which queues a worker serves is not stored.</summary>
    public EngineStatement? Nodes { get; } = new(
        "procrastinate_workers",
        "select w.id::text as node, null::text as queue, null::timestamptz as started_at, w.last_heartbeat as seen_at, w.last_heartbeat > now() - interval '30 seconds' as is_alive from {schema}.procrastinate_workers w");
}
