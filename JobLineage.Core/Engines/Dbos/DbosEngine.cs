using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.Dbos;

/// <summary>
/// DBOS, as recorded from its SDK 5.3: workflows are the jobs, and the parent is a column of its own. Times are milliseconds since 1970. A step is retried within
/// its workflow; <c>recovery_attempts</c> counts how often the workflow itself was begun.
/// </summary>
internal sealed class DbosEngine : IEngine
{
    /// <inheritdoc/>
    public string Name => "dbos";

    /// <inheritdoc/>
    public string Title => "DBOS";

    /// <inheritdoc/>
    public SourceMapping Map(string source) => new()
    {
        Name = source,
        Preset = Name,
        Schema = "dbos",
        Table = "workflow_status",
        Id = "workflow_uuid",
        Joins = """
            left join {schema}.workflow_input given on given.workflow_uuid = job.workflow_uuid
            left join {schema}.workflow_output made on made.workflow_uuid = job.workflow_uuid
            """,
        Changes = [new("workflow_input", "workflow_uuid"), new("workflow_output", "workflow_uuid")],
        State = "job.status",
        Unfinished = ["job.status in ('ENQUEUED', 'DELAYED', 'PENDING')"],
        States = new Dictionary<string, JobState>
        {
            ["ENQUEUED"] = JobState.Available,
            ["DELAYED"] = JobState.Scheduled,
            ["PENDING"] = JobState.Executing,
            ["SUCCESS"] = JobState.Completed,
            ["ERROR"] = JobState.Discarded,
            ["CANCELLED"] = JobState.Cancelled,
            ["MAX_RECOVERY_ATTEMPTS_EXCEEDED"] = JobState.Discarded,
        },
        Worker = "job.name",
        Queue = "job.queue_name",
        ParentId = "job.parent_workflow_id",
        Attempt = "job.recovery_attempts",
        Priority = "job.priority",
        InsertedAt = "to_timestamp(job.created_at / 1000.0)",
        ScheduledAt = "to_timestamp(job.delay_until_epoch_ms / 1000.0)",
        AttemptedAt = "to_timestamp(job.started_at_epoch_ms / 1000.0)",
        FinishedAt = "to_timestamp(job.completed_at / 1000.0)",
        AttemptedBy = "job.executor_id",
        Args = "coalesce(given.inputs, job.inputs)",
        LastError = "coalesce(made.error, job.error)",
    };
}
