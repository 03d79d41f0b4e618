using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.GoodJob;

/// <summary>
/// GoodJob 4: app/models/good_job of bensheldon/good_job (job.rb, setting.rb, process.rb) and the tables that its generator makes. One row a job, whose id is Active Job's.
/// The error of an attempt stays until the next one ends; a job that is discarded by hand carries an error of its own class. Times are UTC without a zone. What is over is
/// deleted after 14 days, or by the worker itself when it ended: where <c>preserve_job_records</c> is off, whether it succeeded or failed for good.
/// </summary>
internal sealed class GoodJobEngine : IEngine
{
    /// <inheritdoc/>
    public string Name => "good_job";

    /// <inheritdoc/>
    public string Title => "GoodJob";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string?> OwnWords { get; } = new Dictionary<string, string?>
    {
        ["removed"] = "\"discarded\" by hand",
    };

    /// <inheritdoc/>
    public SourceMapping Map(string source, EngineTables tables) => new()
    {
        Name = source,
        Preset = Name,
        Table = "good_jobs",
        State = """
            case when job.finished_at is not null then case when job.error is null then 'succeeded' when job.error like 'GoodJob::Job::DiscardJobError:%' then 'removed' else 'discarded' end
                when job.performed_at is not null then 'running' when job.error is not null then 'retried'
                when job.scheduled_at > job.created_at + interval '1 second' then 'scheduled' else 'queued' end
            """,
        Unfinished = ["job.finished_at is null"],
        States = new Dictionary<string, JobState>
        {
            ["queued"] = JobState.Available,
            ["scheduled"] = JobState.Scheduled,
            ["retried"] = JobState.Retryable,
            ["running"] = JobState.Executing,
            ["succeeded"] = JobState.Completed,
            ["discarded"] = JobState.Discarded,
            ["removed"] = JobState.Cancelled,
        },
        // Only what is finished is deleted by hand. What runs is deleted by its worker where records are not preserved, however it ended: the row says neither that it
        // succeeded nor that its last retry failed (perform in job.rb destroys both).
        Deleted = "case when job.finished_at is null and job.performed_at is null then 'removed' end",
        Worker = tables.Or("good_jobs", "job_class", "coalesce(job.job_class, job.serialized_params->>'job_class')", "job.serialized_params->>'job_class'"),
        Queue = "job.queue_name",
        ParentId = "job.serialized_params->>'parent_job_id'",
        ParentKey = new("serialized_params", "parent_job_id"),
        Announced = "job.serialized_params->>'expected_children'",
        Attempt = tables.Or("good_jobs", "executions_count", "coalesce(job.executions_count, 0)", "coalesce((job.serialized_params->>'executions')::int, 0)"),
        Priority = "job.priority",
        InsertedAt = "job.created_at at time zone 'UTC'",
        Recent = "job.created_at > (now() - {within}) at time zone 'UTC'",
        ScheduledAt = "job.scheduled_at at time zone 'UTC'",
        AttemptedAt = "job.performed_at at time zone 'UTC'",
        FinishedAt = "job.finished_at at time zone 'UTC'",
        AttemptedBy = tables.Maybe("good_jobs", "locked_by_id", "job.locked_by_id"),
        Args = "job.serialized_params->'arguments'",
        LastError = "job.error",
    };

    /// <inheritdoc/>
    public string JobPath => "/good_job/jobs/{id}";

    /// <summary>Pauses are a setting. How many jobs of a concurrency key may run is in the program alone: that one runs, and others of its key are due and do not, is what the tables say.</summary>
    public EngineStatement? Queues { get; } = new(
        "good_job_settings",
        """
        select coalesce(paused.queue, waiting.queue_name, '') as queue, paused.queue is not null as is_paused, paused.paused_at,
            case when paused.queue is null then 'good_jobs' else 'good_job_settings' end as said_by, waiting.held
        from (
            select named.queue, s.updated_at at time zone 'UTC' as paused_at
            from {schema}.good_job_settings s cross join lateral jsonb_array_elements_text(case when jsonb_typeof(s.value->'queues') = 'array' then s.value->'queues' end) named (queue)
            where s.key = 'pauses') paused
        full join (
            select w.queue_name, 'has ' || count(*) || case count(*) when 1 then ' job that shares' else ' jobs that share' end || ' a concurrency key with one that runs ('
                || case count(distinct w.concurrency_key) when 1 then '' else count(distinct w.concurrency_key) || ' keys, the first ' end || min(w.concurrency_key) || ')' as held
            from {schema}.good_jobs w
            where w.finished_at is null and w.performed_at is null and (w.scheduled_at is null or w.scheduled_at <= now() at time zone 'UTC')
                and w.concurrency_key in (select r.concurrency_key from {schema}.good_jobs r where r.finished_at is null and r.performed_at is not null and r.concurrency_key is not null)
            group by w.queue_name) waiting on waiting.queue_name = paused.queue
        """);

    /// <summary>A process is alive while it holds its advisory lock or, without one, for five minutes after it last wrote its row; it writes that about every 30 seconds.</summary>
    public EngineStatement? Nodes { get; } = new(
        "good_job_processes",
        """
        select coalesce(p.state->>'hostname', 'a process') || '/' || coalesce(p.state->>'pid', p.id::text) as node, null::text as queue, p.created_at at time zone 'UTC' as started_at,
            p.updated_at at time zone 'UTC' as seen_at, p.updated_at at time zone 'UTC' > now() - interval '5 minutes' as is_alive
        from {schema}.good_job_processes p
        """);
}
