namespace JobLineage.Bench.Engines;

/// <summary>A table of an engine with many jobs, most of them long finished.</summary>
/// <param name="Preset">What reads it.</param>
/// <param name="Folder">Where its tables are, below the data of the tests.</param>
/// <param name="Fill">Makes the rows: the last 2,000 of 200,000 are ready, running, scheduled and to be tried again, a quarter each.</param>
internal sealed record LookTables(string Preset, string Folder, string Fill)
{
    /// <summary>How many jobs there are.</summary>
    public const int Jobs = 200_000;

    /// <summary>How many of them are not finished.</summary>
    public const int Unfinished = 2_000;

    /// <summary>Numbers, with what each job is (0 finished, else 1 to 4) and when it was made.</summary>
    private const string Series = "(select n, case when n <= 198000 then 0 else n % 4 + 1 end as kind, now() - (200060 - n) * interval '10 seconds' as at from generate_series(1, 200000) n) s";

    /// <summary>Those that are measured.</summary>
    public static IReadOnlyList<LookTables> All { get; } =
    [
        new("hangfire", "hangfire", $$"""
            set session_replication_role = replica;
            insert into hangfire.job (id, statename, invocationdata, arguments, createdat, updatecount)
                select n, (array['Succeeded', 'Enqueued', 'Processing', 'Scheduled', 'Scheduled'])[kind + 1], '{"Type": "App.Jobs, App", "Method": "Send", "Arguments": "[]", "ParameterTypes": "[]"}', '["7"]', at, 0 from {{Series}};
            insert into hangfire.state (jobid, name, createdat, data, updatecount)
                select n, step.name, at + step.place * interval '1 second', '{"Queue": "default", "ServerId": "web:1", "EnqueueAt": "2026-11-29T22:30:00.0000000Z"}', 0
                from {{Series}} cross join lateral unnest(case kind when 0 then array['Enqueued', 'Processing', 'Succeeded'] when 1 then array['Enqueued'] when 2 then array['Enqueued', 'Processing'] when 3 then array['Scheduled']
                    else array['Enqueued', 'Processing', 'Failed', 'Scheduled'] end) with ordinality step (name, place);
            insert into hangfire.jobparameter (jobid, name, value, updatecount) select n, 'ParentJobId', '"' || greatest(n / 10, 1) || '"', 0 from {{Series}};
            insert into hangfire.jobparameter (jobid, name, value, updatecount) select n, 'RetryCount', '1', 0 from {{Series}} where kind = 4;
            update hangfire.job j set stateid = s.id from (select jobid, max(id) as id from hangfire.state group by jobid) s where s.jobid = j.id;
            """),
        new("pg_boss", "pgboss12", $$"""
            set session_replication_role = replica;
            insert into pgboss.job (name, data, state, retry_count, start_after, created_on, started_on, completed_on)
                select 'mail', '{"to": 7}', (array['completed', 'created', 'active', 'created', 'retry'])[kind + 1]::pgboss.job_state, (kind = 4)::int, case kind when 3 then at + interval '1 day' else at end, at,
                    case when kind in (0, 2, 4) then at end, case kind when 0 then at end from {{Series}};
            """),
        new("good_job", "good_job", $$"""
            insert into good_jobs (queue_name, job_class, serialized_params, created_at, updated_at, scheduled_at, performed_at, finished_at, error, executions_count)
                select 'default', 'SendJob', '{"arguments": [7]}', at, at, case kind when 3 then at + interval '1 day' else at end, case when kind in (0, 2) then at end, case kind when 0 then at end,
                    case kind when 4 then 'RuntimeError: smtp' end, 1 from {{Series}};
            """),
        new("solid_queue", "solid_queue", $$"""
            set session_replication_role = replica;
            insert into solid_queue_jobs (id, queue_name, class_name, arguments, active_job_id, finished_at, created_at, updated_at)
                select n, 'default', 'SendJob', '{"arguments": [7], "executions": ' || (kind = 4)::int || '}', gen_random_uuid(), case kind when 0 then at end, at, at from {{Series}};
            insert into solid_queue_ready_executions (job_id, queue_name, created_at) select n, 'default', at from {{Series}} where kind = 1;
            insert into solid_queue_claimed_executions (job_id, process_id, created_at) select n, 1, at from {{Series}} where kind = 2;
            insert into solid_queue_scheduled_executions (job_id, queue_name, scheduled_at, created_at) select n, 'default', at + interval '1 day', at from {{Series}} where kind in (3, 4);
            """),
        new("dbos", "dbos", $$"""
            insert into dbos.workflow_status (workflow_uuid, status, name, queue_name, created_at, started_at_epoch_ms, completed_at, recovery_attempts)
                select gen_random_uuid(), (array['SUCCESS', 'ENQUEUED', 'PENDING', 'DELAYED', 'ENQUEUED'])[kind + 1], 'send', 'main', extract(epoch from at) * 1000, case when kind in (0, 2) then extract(epoch from at) * 1000 end,
                    case kind when 0 then extract(epoch from at) * 1000 end, 1 from {{Series}};
            """),
        new("procrastinate", "procrastinate", $$"""
            insert into procrastinate_jobs (id, queue_name, task_name, status, attempts, scheduled_at) overriding system value
                select n, 'default', 'app.send', (array['succeeded', 'todo', 'doing', 'todo', 'todo'])[kind + 1]::procrastinate_job_status, (kind in (0, 4))::int, case kind when 3 then at + interval '1 day' end from {{Series}};
            insert into procrastinate_events (job_id, type, at)
                select n, step.name::procrastinate_job_event_type, at + step.place * interval '1 second'
                from {{Series}} cross join lateral unnest(case kind when 0 then array['deferred', 'started', 'succeeded'] when 2 then array['deferred', 'started'] when 4 then array['deferred', 'started', 'deferred_for_retry']
                    else array['deferred'] end) with ordinality step (name, place);
            """),
    ];
}
