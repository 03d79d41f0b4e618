using JobLineage.Core.Model;

namespace JobLineage.Core.Sources;

/// <summary>The queues that work out of the box.</summary>
public static class Presets
{
    /// <summary>The names of all presets.</summary>
    public static IReadOnlyList<string> Names { get; } = ["oban", "research_jobs"];

    /// <summary>The mapping of a preset under a source's name; null when there is no such preset.</summary>
    public static SourceMapping? Find(string preset, string sourceName) => preset.ToLowerInvariant() switch
    {
        "oban" => Oban(sourceName),
        "research_jobs" => ResearchJobs(sourceName),
        _ => null,
    };

    /// <summary>
    /// Oban, schema versions up to 14: <c>lib/oban/migrations/postgres</c> of Oban 2.23, and rows recorded from it.
    /// Its times are UTC without a zone; its states are an enum that has <c>suspended</c> only from version 14; errors
    /// are a jsonb[], oldest first.
    /// </summary>
    public static SourceMapping Oban(string name) => new()
    {
        Name = name,
        Preset = "oban",
        Table = "oban_jobs",
        State = "state",
        States = JobStates.All.ToDictionary(s => s.Name()),
        Worker = "worker",
        Queue = "queue",
        ParentId = "meta->>'parent_job_id'",
        ParentKey = new("meta", "parent_job_id"),
        Announced = "meta->>'expected_children'",
        Attempt = "attempt",
        MaxAttempts = "max_attempts",
        Priority = "priority",
        InsertedAt = "inserted_at at time zone 'UTC'",
        ScheduledAt = "scheduled_at at time zone 'UTC'",
        AttemptedAt = "attempted_at at time zone 'UTC'",
        // A row can carry cancelled_at and still end completed: the state says which time counts.
        FinishedAt = """
            (case state::text when 'completed' then completed_at when 'discarded' then discarded_at
                when 'cancelled' then cancelled_at end) at time zone 'UTC'
            """,
        AttemptedBy = "attempted_by[1]",
        Args = "args",
        Meta = "meta",
        // The last ones only, and each cut by itself: a job may fail hundreds of times, each with a stack trace, and a
        // cut through the whole would lose the newest.
        Errors = """
            (select jsonb_agg(case when jsonb_typeof(e->'error') = 'string'
                    then jsonb_set(e, '{error}', to_jsonb(left(e->>'error', 10000))) else e end order by n)
                from unnest(errors[greatest(cardinality(errors) - 4, 1):]) with ordinality u (e, n))
            """,
    };

    /// <summary>
    /// research_jobs, a hand-rolled Python worker: statuses and columns as recorded from it. A chain is source, one of
    /// the two job types and <c>payload-&gt;&gt;'chain_started_at'</c>; a job without that key stands alone.
    /// <c>failed</c> is never written by the recorded worker; other deployments write it for a failure that is retried
    /// while attempts are left.
    /// </summary>
    public static SourceMapping ResearchJobs(string name) => new()
    {
        Name = name,
        Preset = "research_jobs",
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
