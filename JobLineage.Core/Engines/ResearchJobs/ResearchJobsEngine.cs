using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.ResearchJobs;

/// <summary>
/// research_jobs, a hand-rolled Python worker: statuses and columns as recorded from it. A chain is source, one of
/// the two job types and <c>payload-&gt;&gt;'chain_started_at'</c>; a job without that key stands alone.
/// <c>failed</c> is never written by the recorded worker; other deployments write it for a failure that is retried
/// while attempts are left. Nobody deletes rows, and the table says nothing of who works or what is paused.
/// </summary>
internal sealed class ResearchJobsEngine : IEngine
{
    /// <inheritdoc/>
    public string Name => "research_jobs";

    /// <inheritdoc/>
    public string Title => "research_jobs";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string?> OwnWords { get; } = new Dictionary<string, string?>
    {
        ["later"] = "\"queued\" or \"pending\" with run_after ahead",
        ["dead"] = "\"failed\" with no attempt left",
        ["failed"] = "\"failed\"",
    };

    /// <inheritdoc/>
    public SourceMapping Map(string source, EngineTables tables) => new()
    {
        Name = source,
        Preset = Name,
        Table = "research_jobs",
        // By the row alone, never by the clock: a state that turned with time would turn without a change to be seen.
        // A deferral for quota is no failure.
        State = """
            case when status = 'failed' and attempts >= max_attempts then 'dead'
                when status in ('queued', 'pending') and run_after > updated_at then
                    case when last_error is null or last_error like '%quota_exhausted%' then 'later' else 'failed' end
                else status end
            """,
        // Each one alone, so that the table's partial indexes serve; 'failed' has no index and is followed by id.
        Unfinished = ["status = 'queued'", "status = 'pending'", "status = 'running'"],
        States = new Dictionary<string, JobState>
        {
            ["queued"] = JobState.Available,
            ["pending"] = JobState.Available,
            ["later"] = JobState.Scheduled,
            ["running"] = JobState.Executing,
            ["failed"] = JobState.Retryable,
            ["done"] = JobState.Completed,
            ["succeeded"] = JobState.Completed,
            ["dead"] = JobState.Discarded,
            ["canceled"] = JobState.Cancelled,
            ["cancelled"] = JobState.Cancelled,
        },
        Worker = "source || '/' || job_type",
        Queue = "source",
        RunKey = """
            case when source = 'apple' and job_type in ('refresh_catalog', 'rebuild_index')
                then source || ':' || (payload->>'chain_started_at') end
            """,
        RunKeyIndexed = "payload->>'chain_started_at'",
        Step = "case when job_type = 'refresh_catalog' then coalesce(payload->>'feed', job_type) else job_type end",
        Steps = ["albums", "songs", "artists", "rebuild_index"],
        Attempt = "attempts",
        MaxAttempts = "max_attempts",
        Priority = "priority",
        InsertedAt = "created_at",
        ScheduledAt = "run_after",
        AttemptedAt = "claimed_at",
        // finished_at stays on a row that was started again: only the status says whether it is finished.
        FinishedAt = "case when status not in ('queued', 'pending', 'running') then finished_at end",
        AttemptedBy = "claimed_by",
        Args = "payload",
        Meta = "jsonb_build_object('target_type', target_type, 'target_id', target_id, 'result', result)",
        LastError = "last_error",
        TargetKeys = ["target_id"],
    };
}
