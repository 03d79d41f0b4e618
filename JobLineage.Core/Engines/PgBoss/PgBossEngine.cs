using System.Globalization;
using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.PgBoss;

/// <summary>
/// pg-boss, schemas 24 (version 10.4) and 46 (12.38): recorded from 12.38, the columns of the other read in its source. One table, partitioned by queue.
/// <c>retry_count</c> counts retries, <c>output</c> is what the handler returned unless the job failed, a failure deletes the row and inserts it anew under its id,
/// and a dead letter is a copy of the job in another queue: from schema 46 on a child of the one that failed. What is over is deleted after a week.
/// </summary>
internal sealed class PgBossEngine : IEngine
{
    private const int Newest = 46;

    /// <inheritdoc/>
    public string Name => "pg_boss";

    /// <inheritdoc/>
    public string Title => "pg-boss";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string?> OwnWords { get; } = new Dictionary<string, string?>
    {
        ["later"] = "\"created\" with start_after ahead",
        ["blocked"] = "\"created\" and blocked",
    };

    /// <inheritdoc/>
    public SourceMapping Map(string source, EngineTables tables) => new()
    {
        Name = source,
        Preset = Name,
        Schema = "pgboss",
        Table = "job",
        Joins = tables.Has("job_dependency")
            ? """
              left join lateral (
                  select (array_agg(d.parent_id order by parent.created_on, d.parent_id))[1] as parent_id, jsonb_agg(d.parent_id order by parent.created_on, d.parent_id) as parents
                  from {schema}.job_dependency d left join {schema}.job parent on parent.name = d.parent_name and parent.id = d.parent_id
                  where d.child_name = job.name and d.child_id = job.id) flow on true
              """
            : null,
        // The parents of a flow are there when it is made; the jobs' own table announces its rows itself.
        Changes = tables.Has("job_dependency") ? [new("job_dependency", "child_id"), new("job", null)] : [],
        State = $"""
            case when job.state = 'created' and {tables.Or("job", "blocked", "job.blocked", "false")} then 'blocked' when job.state = 'created' and job.start_after > job.created_on then 'later'
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
        ParentId = tables.Or("job", "source_id", "coalesce(job.source_id::text, job.data->>'parentJobId'", "coalesce(job.data->>'parentJobId'")
            + (tables.Has("job_dependency") ? ", flow.parent_id::text)" : ")"),
        // A dead letter has a copy of what named the parent of the job that failed.
        Parents = tables.Or("job", "source_id", "jsonb_build_array(job.source_id, job.data->>'parentJobId')", "jsonb_build_array(job.data->>'parentJobId')")
            + (tables.Has("job_dependency") ? " || coalesce(flow.parents, '[]')" : ""),
        Attempt = "case when job.started_on is null then 0 else job.retry_count + 1 end",
        MaxAttempts = "job.retry_limit + 1",
        Priority = "job.priority",
        InsertedAt = "job.created_on",
        ScheduledAt = "job.start_after",
        AttemptedAt = "job.started_on",
        FinishedAt = "job.completed_on",
        Args = "job.data",
        LastError = "case when job.state in ('retry', 'failed') then job.output::text end",
    };

    /// <inheritdoc/>
    public string VersionSql(SourceMapping mapping) => $"select max(version)::text from {SourceMapping.Quote(mapping.Schema)}.version";

    /// <inheritdoc/>
    public Check Judge(SourceMapping mapping, string? version) => EngineVersion.Judge(Title, "schema version", version, Newest);

    /// <inheritdoc/>
    public string JobPath => "/queues/{queue}/jobs/{id}";

    /// <summary>Instances of version 12 say which queues they work for, and when they last showed life; older versions say nothing. Dead after three beats.</summary>
    public EngineStatement? Nodes { get; } = new(
        "instance",
        """
        select distinct coalesce(nullif(i.name, ''), i.host || '/' || i.pid) as node, worker.value->>'queue' as queue, i.started_on as started_at, i.heartbeat_on as seen_at,
            i.heartbeat_on > now() - 3 * i.heartbeat_seconds * interval '1 second' as is_alive
        from {schema}.instance i join lateral jsonb_array_elements(case when jsonb_typeof(i.workers) = 'array' then i.workers end) worker on true
        where i.stopped_on is null
        """);

    /// <summary>
    /// The tables know no pauses, of any queue; a queue's policy may let one job wait for another (the unique indexes of its <c>plans.js</c>): for one of its singleton key that is active, or, in the
    /// order of a key, for one that is tried again or has failed. What policy <c>short</c> limits is how many are queued, and no job waits for that. What is ahead is read once, of each key the first
    /// two, for a job that is tried again does not wait for itself; a full join is never done row by row, however few rows the planner takes there to be. Version 10 has no column <c>blocked</c>:
    /// its name then means the constant beside it.
    /// </summary>
    public EngineStatement? Queues { get; } = new(
        "queue",
        """
        with ordered as materialized (
            select q.name, q.policy, row_number() over () as nth from {schema}.queue q where q.policy in ('singleton', 'stately', 'exclusive', 'key_strict_fifo')),
        ahead as materialized (
            select queue, key, ids, row_number() over () as nth
            from (
                select h.queue, coalesce(h.singleton_key, '') collate "C" as key, (array_agg(h.id order by h.state, h.id))[1:2] as ids
                from (
                    select q.nth as queue, h.singleton_key, h.state, h.id from ordered q join {schema}.job h on h.name = q.name and h.state = 'active'
                    union all
                    select q.nth, h.singleton_key, h.state, h.id from ordered q join {schema}.job h on h.name = q.name and h.state in ('retry', 'failed') where q.policy = 'key_strict_fifo') h
                group by 1, 2) keys),
        due as (
            select w.queue, coalesce(w.singleton_key, '') collate "C" as key, w.id
            from (select false as blocked) otherwise cross join lateral (
                select q.nth as queue, w.singleton_key, w.id
                from ordered q join {schema}.job w on w.name = q.name and w.state < 'active' and w.start_after <= now() and not blocked) w),
        waiting as (
            select nth, ahead, min(queue) as queue, min(key) as key, count(*) as jobs
            from (
                select a.nth, a.queue, a.key, case when w.id is null then null when w.id = a.ids[1] then a.ids[2] else a.ids[1] end as ahead
                from due w full join ahead a on a.queue = w.queue and a.key = w.key) pair
            where ahead is not null group by 1, 2),
        held as (
            select queue, sum(jobs) as jobs, count(*) as aheads, (array_agg(ahead order by key, ahead))[1] as first from waiting group by queue)
        select q.name as queue, null::boolean as is_paused, null::timestamptz as paused_at, 'queue' as said_by,
            case when q.policy not in ('standard', 'short') then case q.policy
                    when 'singleton' then 'runs one job at a time for each singleton key (policy singleton)'
                    when 'stately' then 'has one job in each state for each singleton key (policy stately)'
                    when 'exclusive' then 'has one job for each singleton key, be it ready or running (policy exclusive)'
                    when 'key_strict_fifo' then 'runs the jobs of a singleton key one at a time and in their order (policy key_strict_fifo)'
                    else 'has policy ' || q.policy || ', by which jobs may wait for others' end
                || coalesce(', and ' || held.jobs || case held.jobs when 1 then ' job waits' else ' jobs wait' end
                    || case held.aheads when 1 then ' for job ' || held.first || ' of the same key' else ' for ' || held.aheads || ' jobs of the same keys, the first ' || held.first end, '') end as held
        from {schema}.queue q left join ordered on ordered.name = q.name left join held on held.queue = ordered.nth
        union all
        select '*', null, null, 'queue', null
        """);
}
