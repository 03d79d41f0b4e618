using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.Que;

/// <summary>
/// Que 2, as recorded from 2.4. A job runs while a worker's session holds the advisory lock of its id; the row does not say so. By default a job that
/// succeeded is deleted, and so is one that is taken away: which of them it was nobody knows but by the lock. It keeps no time of insertion.
/// </summary>
internal sealed class QueEngine : IEngine
{
    /// <inheritdoc/>
    public string Name => "que";

    /// <inheritdoc/>
    public string Title => "Que";

    /// <inheritdoc/>
    public SourceMapping Map(string source) => new()
    {
        Name = source,
        Preset = Name,
        Table = "que_jobs",
        State = "case when job.finished_at is not null then 'finished' when job.expired_at is not null then 'expired' when job.error_count > 0 then 'errored' else 'ready' end",
        Unfinished = ["job.finished_at is null and job.expired_at is null"],
        States = new Dictionary<string, JobState>
        {
            ["ready"] = JobState.Available,
            ["errored"] = JobState.Retryable,
            ["finished"] = JobState.Completed,
            ["expired"] = JobState.Discarded,
        },
        Worker = "case job.job_class when 'ActiveJob::QueueAdapters::QueAdapter::JobWrapper' then job.args->0->>'job_class' else job.job_class end",
        Queue = "job.queue",
        ParentId = "job.kwargs->>'parent_job_id'",
        Attempt = "job.error_count + (job.finished_at is not null)::int",
        Priority = "job.priority",
        ScheduledAt = "job.run_at",
        FinishedAt = "coalesce(job.finished_at, job.expired_at)",
        Args = "jsonb_build_object('args', job.args, 'kwargs', job.kwargs)",
        LastError = "job.last_error_message",
    };

    /// <summary>A locker whose session is gone is dead.</summary>
    public EngineStatement? Nodes { get; } = new(
        "que_lockers",
        """
        select l.ruby_hostname || '/' || l.ruby_pid as node, queue.name as queue, null::timestamptz as started_at, case when a.pid is not null then now() end as seen_at
        from {schema}.que_lockers l left join lateral unnest(l.queues) queue (name) on true left join pg_stat_activity a on a.pid = l.pid
        """);
}
