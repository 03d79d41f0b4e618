using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.GraphileWorker;

/// <summary>
/// graphile-worker 0.16 (migration 18) and 0.18 (migration 20), as recorded from both. A job that succeeded is deleted; so is one that is removed by its key: that it
/// was locked when its row went is what tells them apart. A job that is failed for good by hand looks like one that failed (<c>permanently_fail_jobs</c>). Row level security without
/// a policy hides all rows from a reader that neither owns the tables nor bypasses it.
/// </summary>
internal sealed class GraphileWorkerEngine : IEngine
{
    private const int Newest = 20;

    /// <inheritdoc/>
    public string Name => "graphile_worker";

    /// <inheritdoc/>
    public string Title => "graphile-worker";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string?> OwnWords { get; } = new Dictionary<string, string?>
    {
        ["ready"] = "run_at is due",
        ["later"] = "run_at is ahead",
        ["retry"] = "attempts > 0",
        ["running"] = "locked_at is set",
        ["failed"] = "attempts = max_attempts",
        ["succeeded"] = null,
        ["removed"] = null,
    };

    /// <inheritdoc/>
    public SourceMapping Map(string source, EngineTables tables) => new()
    {
        Name = source,
        Preset = Name,
        Schema = "graphile_worker",
        Table = "_private_jobs",
        Joins = """
            left join {schema}._private_tasks task on task.id = job.task_id
            left join {schema}._private_job_queues serial on serial.id = job.job_queue_id
            """,
        Changes = [new("_private_tasks", null), new("_private_job_queues", null)],
        State = """
            case when job.locked_at is not null then 'running' when job.attempts >= job.max_attempts then 'failed' when job.attempts > 0 then 'retry'
                when job.run_at > job.created_at then 'later' else 'ready' end
            """,
        Unfinished = [tables.Or("_private_jobs", "is_available", "job.is_available", "job.locked_at is null and job.attempts < job.max_attempts"), "job.locked_at is not null"],
        States = new Dictionary<string, JobState>
        {
            ["ready"] = JobState.Available,
            ["later"] = JobState.Scheduled,
            ["retry"] = JobState.Retryable,
            ["running"] = JobState.Executing,
            ["succeeded"] = JobState.Completed,
            ["failed"] = JobState.Discarded,
            ["removed"] = JobState.Cancelled,
        },
        Deleted = "case when job.locked_at is not null then 'succeeded' when job.attempts >= job.max_attempts then null else 'removed' end",
        Worker = "task.identifier",
        Queue = "serial.queue_name",
        ParentId = "job.payload->>'parentJobId'",
        Attempt = "job.attempts",
        MaxAttempts = "job.max_attempts",
        Priority = "job.priority",
        InsertedAt = "job.created_at",
        ScheduledAt = "job.run_at",
        AttemptedAt = "job.locked_at",
        // A failure moves run_at from its own moment by this much, and nothing else keeps the time of it.
        FinishedAt = """
            case when job.locked_at is null and job.attempts >= job.max_attempts
                then case when job.updated_at > job.created_at then job.updated_at else job.run_at - exp(least(job.attempts, 10)) * interval '1 second' end end
            """,
        AttemptedBy = "job.locked_by",
        Args = "job.payload",
        LastError = "job.last_error",
    };

    /// <inheritdoc/>
    public string VersionSql(SourceMapping mapping) => $"select max(id)::text from {SourceMapping.Quote(mapping.Schema)}.migrations";

    /// <inheritdoc/>
    public Check Judge(SourceMapping mapping, string? version) => EngineVersion.Judge(Title, "migration", version, Newest);

    /// <summary>
    /// The tables know no pauses, of any queue; a named queue runs its jobs one after the other, and is locked while one runs. There is a row for every name that was ever used: those that hold a job are
    /// asked for.
    /// </summary>
    public EngineStatement? Queues { get; } = new(
        "_private_job_queues",
        """
        select q.queue_name as queue, null::boolean as is_paused, null::timestamptz as paused_at, '_private_job_queues' as said_by,
            'runs one job at a time, and is held since ' || to_char(q.locked_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC by ' || coalesce(q.locked_by, 'a worker') as held
        from {schema}._private_job_queues q
        where q.locked_at is not null
        union all
        select '*', null, null, '_private_job_queues', null
        """);
}
