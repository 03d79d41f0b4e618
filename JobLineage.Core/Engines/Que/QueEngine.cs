using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.Que;

/// <summary>
/// Que 2, as recorded from 2.4. A job runs while a worker's session holds the advisory lock of its id: the row does not say so, <c>pg_locks</c> does. By default a job
/// that succeeded is deleted. A job that expired without an error was made to by hand. It keeps no time of insertion and none of attempts.
/// </summary>
internal sealed class QueEngine : IEngine
{
    private const int Newest = 7;

    /// <inheritdoc/>
    public string Name => "que";

    /// <inheritdoc/>
    public string Title => "Que";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string?> OwnWords { get; } = new Dictionary<string, string?>
    {
        ["running"] = "an advisory lock is held",
        ["dropped"] = "\"expired\" without an error",
    };

    /// <inheritdoc/>
    public SourceMapping Map(string source, EngineTables tables) => new()
    {
        Name = source,
        Preset = Name,
        Table = "que_jobs",
        // A bigint's lock is its two halves; only the sessions of lockers lock jobs by it.
        Joins = """
            left join (
                select (l.classid::bigint << 32) + l.objid::bigint as id from pg_catalog.pg_locks l
                where l.locktype = 'advisory' and l.objsubid = 1 and l.granted and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = current_database())
                    and l.pid in (select k.pid from {schema}.que_lockers k)
                group by 1) held on held.id = job.id
            """,
        Changes = [new("que_lockers", null), new("pg_locks", null, "pg_catalog"), new("pg_database", null, "pg_catalog")],
        State = """
            case when job.finished_at is not null then 'finished' when job.expired_at is not null then case when job.error_count = 0 then 'dropped' else 'expired' end
                when held.id is not null then 'running' when job.error_count > 0 then 'errored' else 'ready' end
            """,
        Unfinished = ["job.finished_at is null and job.expired_at is null"],
        States = new Dictionary<string, JobState>
        {
            ["ready"] = JobState.Available,
            ["running"] = JobState.Executing,
            ["errored"] = JobState.Retryable,
            ["finished"] = JobState.Completed,
            ["expired"] = JobState.Discarded,
            ["dropped"] = JobState.Cancelled,
        },
        // A job that was due is deleted when it has succeeded; one that was not can only have been taken away.
        Deleted = "case when job.finished_at is not null or job.expired_at is not null then null when job.run_at > job.jl_deleted_at then 'dropped' else 'finished' end",
        Worker = "case job.job_class when 'ActiveJob::QueueAdapters::QueAdapter::JobWrapper' then job.args->0->>'job_class' else job.job_class end",
        Queue = "job.queue",
        ParentId = tables.Or("que_jobs", "kwargs", "coalesce(job.kwargs->>'parent_job_id', job.data->>'parent_job_id')", "job.data->>'parent_job_id'"),
        Attempt = "job.error_count + (job.finished_at is not null or job.expired_at is null and held.id is not null)::int",
        Priority = "job.priority",
        ScheduledAt = "job.run_at",
        FinishedAt = "coalesce(job.finished_at, job.expired_at)",
        Args = tables.Or("que_jobs", "kwargs", "jsonb_build_object('args', job.args, 'kwargs', job.kwargs)", "job.args"),
        LastError = "case when job.finished_at is null then concat_ws(E'\\n', job.last_error_message, job.last_error_backtrace) end",
    };

    /// <summary>Que keeps the number of its last migration as the table's comment.</summary>
    public string VersionSql(SourceMapping mapping) => $"select obj_description({SourceMapping.Literal(mapping.QualifiedTable)}::regclass, 'pg_class')";

    /// <inheritdoc/>
    public Check Judge(SourceMapping mapping, string? version) => EngineVersion.Judge(Title, "migration", version, Newest);

    /// <summary>A locker whose session is gone is dead.</summary>
    public EngineStatement? Nodes { get; } = new(
        "que_lockers",
        """
        select l.ruby_hostname || '/' || l.ruby_pid as node, queue.name as queue, null::timestamptz as started_at, case when a.pid is not null then now() end as seen_at,
            a.pid is not null as is_alive
        from {schema}.que_lockers l left join lateral unnest(l.queues) queue (name) on true left join pg_stat_activity a on a.pid = l.pid
        """);
}
