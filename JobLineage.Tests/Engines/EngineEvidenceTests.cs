using JobLineage.Core.Contract;
using JobLineage.Core.Model;
using JobLineage.Core.Postgres;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Reading;
using JobLineage.Dashboard.Cli;
using JobLineage.Tests.Diagnosis;
using JobLineage.Tests.Engines.Conformance;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Engines;

/// <summary>What each engine says of pauses and of who works, and that a finding states it.</summary>
[Takes(20)]
public sealed class EngineEvidenceTests
{
    public static TheoryData<string, string, string, string> Said => new()
    {
        {
            "river", "river", "insert into river_queue (name, paused_at, updated_at) values ('mail', now() - interval '1 hour', now()), ('default', null, now() - interval '2 hours')",
            "default: dead a client of River; mail: paused since an hour by river_queue, alive a client of River"
        },
        {
            "good_job", "good_job", """
            insert into good_job_settings (created_at, updated_at, key, value) values (now() at time zone 'UTC', now() at time zone 'UTC' - interval '1 hour', 'pauses', '{"queues": ["mail"]}');
            insert into good_job_processes (created_at, updated_at, state) values (now() at time zone 'UTC', now() at time zone 'UTC', '{"hostname": "web-1", "pid": 7}'), (now() at time zone 'UTC', now() at time zone 'UTC' - interval '1 hour', '{"hostname": "web-2", "pid": 8}')
            """,
            "default: alive web-1/7, dead web-2/8; mail: paused since an hour by good_job_settings, alive web-1/7, dead web-2/8"
        },
        {
            "solid_queue", "solid_queue", """
            insert into solid_queue_pauses (queue_name, created_at) values ('mail', now() at time zone 'UTC' - interval '1 hour');
            insert into solid_queue_processes (kind, last_heartbeat_at, pid, metadata, created_at, name) values
                ('Worker', now() at time zone 'UTC', 1, '{"queues":"mail,default"}', now() at time zone 'UTC', 'worker-1'), ('Worker', now() at time zone 'UTC', 1, '{"queues":"ma*"}', now() at time zone 'UTC', 'worker-2'), ('Dispatcher', now() at time zone 'UTC', 1, '{}', now() at time zone 'UTC', 'dispatcher-1')
            """,
            "default: alive worker-1; mail: paused since an hour by solid_queue_pauses, alive worker-1, alive worker-2"
        },
        {
            "pg_boss", "pgboss12", """
            insert into pgboss.queue (name, policy, retry_limit, retry_delay, retry_backoff, expire_seconds, retention_seconds, deletion_seconds, partition, table_name) values
                ('mail', 'exclusive', 2, 0, false, 900, 1209600, 604800, false, 'job_common'), ('default', 'standard', 2, 0, false, 900, 1209600, 604800, false, 'job_common');
            insert into pgboss.instance (id, name, host, pid, version, node_version, heartbeat_seconds, supervise, schedule, migrate, persist_queue_stats, persist_warnings, workers, started_on, heartbeat_on) values
                (gen_random_uuid(), 'node-1', 'h', 1, '12', '20', 30, true, true, true, false, false, '[{"queue": "mail"}, {"queue": "mail"}]', now(), now()), (gen_random_uuid(), 'node-2', 'h', 2, '12', '20', 30, true, true, true, false, false, '[{"queue": "default"}]', now(), now() - interval '10 minutes')
            """,
            "default: no pauses, dead node-2; mail: no pauses, has one job for each singleton key, be it ready or running (policy exclusive), alive node-1"
        },
        {
            "pg_boss", "pgboss12", """
            insert into pgboss.queue (name, policy, retry_limit, retry_delay, retry_backoff, expire_seconds, retention_seconds, deletion_seconds, partition, table_name) values
                ('mail', 'singleton', 2, 0, false, 900, 1209600, 604800, false, 'job_common'), ('default', 'key_strict_fifo', 2, 0, false, 900, 1209600, 604800, false, 'job_common');
            insert into pgboss.job (id, name, policy, state, singleton_key) values
                ('00000000-0000-0000-0000-000000000001', 'mail', 'singleton', 'active', 'a'), ('00000000-0000-0000-0000-000000000002', 'mail', 'singleton', 'created', 'a'),
                ('00000000-0000-0000-0000-000000000003', 'mail', 'singleton', 'retry', 'a'), ('00000000-0000-0000-0000-000000000004', 'mail', 'singleton', 'created', 'b'),
                ('00000000-0000-0000-0000-000000000005', 'default', 'key_strict_fifo', 'failed', 'a'), ('00000000-0000-0000-0000-000000000006', 'default', 'key_strict_fifo', 'created', 'a')
            """,
            "default: no pauses, runs the jobs of a singleton key one at a time and in their order (policy key_strict_fifo), and 1 job waits for job 00000000-0000-0000-0000-000000000005 of the same key; mail: no pauses, runs one job at a time for each singleton key (policy singleton), and 2 jobs wait for job 00000000-0000-0000-0000-000000000001 of the same key"
        },
        {
            // Several are ahead, and what is not due, or blocked, waits for none of them. A job that is tried again does not wait for itself.
            "pg_boss", "pgboss12", """
            insert into pgboss.queue (name, policy, retry_limit, retry_delay, retry_backoff, expire_seconds, retention_seconds, deletion_seconds, partition, table_name) values
                ('mail', 'singleton', 2, 0, false, 900, 1209600, 604800, false, 'job_common'), ('default', 'key_strict_fifo', 2, 0, false, 900, 1209600, 604800, false, 'job_common');
            insert into pgboss.job (id, name, policy, state, singleton_key, start_after, blocked) values
                ('00000000-0000-0000-0000-000000000001', 'mail', 'singleton', 'active', 'b', now(), false), ('00000000-0000-0000-0000-000000000009', 'mail', 'singleton', 'active', 'a', now(), false),
                ('00000000-0000-0000-0000-000000000002', 'mail', 'singleton', 'created', 'a', now(), false), ('00000000-0000-0000-0000-000000000003', 'mail', 'singleton', 'created', 'b', now(), false),
                ('00000000-0000-0000-0000-000000000004', 'mail', 'singleton', 'created', 'a', now() + interval '1 hour', false), ('00000000-0000-0000-0000-000000000005', 'mail', 'singleton', 'created', 'a', now(), true),
                ('00000000-0000-0000-0000-000000000006', 'default', 'key_strict_fifo', 'failed', 'a', now(), false), ('00000000-0000-0000-0000-000000000007', 'default', 'key_strict_fifo', 'created', 'a', now(), false),
                ('00000000-0000-0000-0000-000000000008', 'default', 'key_strict_fifo', 'retry', 'z', now(), false)
            """,
            "default: no pauses, runs the jobs of a singleton key one at a time and in their order (policy key_strict_fifo), and 1 job waits for job 00000000-0000-0000-0000-000000000006 of the same key; mail: no pauses, runs one job at a time for each singleton key (policy singleton), and 2 jobs wait for 2 jobs of the same keys, the first 00000000-0000-0000-0000-000000000009"
        },
        {
            "pg_boss", "pgboss10", """
            insert into pgboss.queue (name, policy) values ('mail', 'short'), ('default', 'stately');
            create table pgboss.some partition of pgboss.job default;
            insert into pgboss.job (id, name, policy, state) values ('00000000-0000-0000-0000-000000000001', 'default', 'stately', 'active'), ('00000000-0000-0000-0000-000000000002', 'default', 'stately', 'created')
            """,
            "default: no pauses, has one job in each state for each singleton key (policy stately), and 1 job waits for job 00000000-0000-0000-0000-000000000001 of the same key; mail: no pauses"
        },
        {
            "good_job", "good_job", """
            insert into good_jobs (id, queue_name, job_class, created_at, updated_at, performed_at, finished_at, concurrency_key) values
                (gen_random_uuid(), 'mail', 'M', now(), now(), now(), null, 'a'), (gen_random_uuid(), 'mail', 'M', now(), now(), null, null, 'a'), (gen_random_uuid(), 'mail', 'M', now(), now(), null, null, 'a'),
                (gen_random_uuid(), 'default', 'M', now(), now(), null, null, 'b'), (gen_random_uuid(), 'default', 'M', now(), now(), now(), now(), 'b')
            """,
            "default: ; mail: has 2 jobs that share a concurrency key with one that runs (a)"
        },
        {
            "good_job", "good_job", """
            insert into good_jobs (id, queue_name, job_class, created_at, updated_at, performed_at, scheduled_at, concurrency_key) values
                (gen_random_uuid(), 'mail', 'M', now(), now(), now(), null, 'a'), (gen_random_uuid(), 'mail', 'M', now(), now(), null, now() at time zone 'UTC' - interval '1 minute', 'a'),
                (gen_random_uuid(), 'mail', 'M', now(), now(), null, now() at time zone 'UTC' + interval '1 hour', 'a'), (gen_random_uuid(), 'default', 'M', now(), now(), null, now() at time zone 'UTC' + interval '1 hour', 'a')
            """,
            "default: ; mail: has 1 job that shares a concurrency key with one that runs (a)"
        },
        {
            "solid_queue", "solid_queue", """
            insert into solid_queue_jobs (id, queue_name, class_name, created_at, updated_at) values (1, 'mail', 'M', now(), now()), (2, 'mail', 'M', now(), now()), (3, 'default', 'M', now(), now());
            insert into solid_queue_blocked_executions (job_id, queue_name, concurrency_key, expires_at, created_at) values
                (1, 'mail', 'M/1', '2026-11-30 08:00', now()), (2, 'mail', 'M/2', '2026-11-30 08:01', now()), (3, 'default', 'M/1', '2026-11-30 08:00', now());
            insert into solid_queue_pauses (queue_name, created_at) values ('mail', now() at time zone 'UTC' - interval '1 hour')
            """,
            "default: has 1 job that waits for a semaphore (M/1; freed at 2026-11-30 08:00:00 UTC at the latest); mail: paused since an hour by solid_queue_pauses, has 2 jobs that wait for a semaphore (2 keys, the first M/1; freed at 2026-11-30 08:01:00 UTC at the latest)"
        },
        {
            "procrastinate", "procrastinate", """
            insert into procrastinate_jobs (id, queue_name, task_name, status, lock) overriding system value values (1, 'mail', 'm', 'doing', 'a'), (2, 'mail', 'm', 'todo', 'a'), (3, 'mail', 'm', 'todo', 'b'), (4, 'default', 'm', 'todo', null)
            """,
            "default: no pauses; mail: no pauses, has 1 job that waits for a lock that job 1 holds (a)"
        },
        {
            "procrastinate", "procrastinate", """
            insert into procrastinate_jobs (id, queue_name, task_name, status, lock, scheduled_at) overriding system value values
                (1, 'mail', 'm', 'doing', 'd', null), (2, 'mail', 'm', 'doing', 'c', null), (3, 'mail', 'm', 'todo', 'c', null), (4, 'mail', 'm', 'todo', 'd', now() - interval '1 minute'),
                (5, 'mail', 'm', 'todo', 'c', now() + interval '1 hour'), (6, 'default', 'm', 'todo', 'c', now() + interval '1 hour')
            """,
            "default: no pauses; mail: no pauses, has 2 jobs that wait for a lock (2 locks, the first c, which job 2 holds)"
        },
        {
            "dbos", "dbos", """
            insert into dbos.queues (name, concurrency, rate_limit_max, rate_limit_period_sec) values ('mail', 2, 50, 30), ('default', null, null, null);
            insert into dbos.workflow_status (workflow_uuid, status, name, queue_name) values ('a', 'PENDING', 'm', 'mail'), ('b', 'PENDING', 'm', 'mail'), ('c', 'ENQUEUED', 'm', 'mail')
            """,
            "default: no pauses; mail: no pauses, runs at most 2 at once and 50 in 30 s, and 2 run"
        },
        {
            "hangfire", "hangfire", """insert into hangfire.server (id, data, lastheartbeat, updatecount) values ('srv:1', '{"Queues": ["default"], "StartedAt": "2026-11-30T08:00:00Z"}', now(), 0), ('srv:2', '{"Queues": ["mail"], "StartedAt": "1795989416603"}', now() - interval '1 hour', 0)""",
            "default: no pauses, alive srv:1; mail: no pauses, dead srv:2"
        },
        { "procrastinate", "procrastinate", "insert into procrastinate_workers (id, last_heartbeat) overriding system value values (1, now()), (2, now() - interval '1 hour')", "default: no pauses, alive 1, dead 2; mail: no pauses, alive 1, dead 2" },
        {
            "que", "que", "insert into que_lockers (pid, worker_count, worker_priorities, ruby_pid, ruby_hostname, queues, listening, job_schema_version) values (pg_backend_pid(), 1, '{1}', 7, 'web-1', '{mail}', true, 2)",
            "default: no pauses; mail: no pauses, alive web-1/7"
        },
        { "dbos", "dbos", "insert into dbos.queues (name, worker_concurrency) values ('mail', 4)", "default: no pauses; mail: no pauses, runs at most 4 at once on each node" },
        {
            "dbos", "dbos", "insert into dbos.queues (name, partition_queue, partition_concurrency, partition_worker_concurrency, partition_rate_limit_max, partition_rate_limit_period_sec) values ('mail', true, 3, 2, 5, 10)",
            "default: no pauses; mail: no pauses, runs at most 3 at once of a partition and 2 at once of a partition on each node and 5 of a partition in 10 s"
        },
        {
            "graphile_worker", "graphile_worker", "insert into graphile_worker._private_job_queues (id, queue_name, locked_at, locked_by) overriding system value values (1, 'mail', '2026-11-30 08:00Z', 'worker-a'), (2, 'default', null, null)",
            "default: no pauses; mail: no pauses, runs one job at a time, and is held since 2026-11-30 08:00:00 UTC by worker-a"
        },
    };

    [Theory]
    [MemberData(nameof(Said))]
    public async Task An_engine_says_what_is_paused_and_who_serves_it(string preset, string folder, string sql, string expected)
    {
        await using var fixture = await EngineRows.MakeAsync(folder);
        // One session for all: a locker's session is who asks.
        await using var connection = await fixture.Source.OpenConnectionAsync();
        await using (var command = new Npgsql.NpgsqlCommand(sql, connection))
            await command.ExecuteNonQueryAsync();
        var mapping = Presets.Find(preset, "q")!;
        var (evidence, unread) = await new EngineReader(Presets.Engine(preset)!, mapping, fixture.Source, new()).EvidenceAsync(default);
        Assert.Null(unread);
        // There is a row for every name that was ever used: what says nothing is not read.
        if (preset == "graphile_worker")
            Assert.Equal(["*", "mail"], evidence.Queues.Select(q => q.Queue));
        Assert.Equal(expected, string.Join("; ", new[] { "default", "mail" }.Select(queue => $"{queue}: {Words(evidence.Of(queue)!)}")));

        // Of a queue that it has no word of the same is known: none is paused, or nothing is known of pauses.
        Assert.Equal(preset is "river" or "good_job" or "solid_queue" ? false : null, QueueAnswer.Of(new("nowhere") { Said = evidence.Of("nowhere") }).Paused);

        // What the store was told is what is read of it.
        var record = await SourceRecord.OpenAsync(fixture.Store, "q", default);
        await record.SayEvidenceAsync(evidence, null, default);
        await record.SayEvidenceAsync(evidence, null, default);
        Assert.Equal((long)evidence.Queues.Count, await fixture.CountAsync("engine_queue"));
        Assert.Equal((long)evidence.Nodes.Count, await fixture.CountAsync("engine_node"));
        Assert.Equal((long)evidence.Queues.Count(q => q.IsPaused is null), await fixture.Database.ScalarAsync<long>("select count(*) from job_lineage.engine_queue where is_paused is null"));
        await using (var store = await fixture.Store.OpenConnectionAsync())
        await using (var batch = new Npgsql.NpgsqlBatch(store))
        {
            EvidenceReader.Ask(batch, [await fixture.Database.ScalarAsync<short>("select id from job_lineage.source")]);
            batch.BatchCommands.Insert(0, new("select 1"));
            await using var row = new RowCursor(await batch.ExecuteReaderAsync());
            var read = Assert.Single((await EvidenceReader.ReadAsync(row, default)).Values);
            Assert.Equal(expected, string.Join("; ", new[] { "default", "mail" }.Select(queue => $"{queue}: {Words(read.Of(queue)!)}")));
        }

        var (probed, problem) = await SourceProbe.ProbeAsync(mapping, fixture.Source);
        Assert.Null(problem?.Message);
        var view = await new QueuesReader(probed!, fixture.Source, new()).ReadAsync(default);
        Assert.True(view.HasPace);
        Assert.Null(view.Problem);
        Assert.DoesNotContain(view.Queues, q => q.Queue == "*");
        Assert.Contains("queue", QueuesCommand.Text(view with { Queues = [new QueueLine("mail") { Ready = 3, Said = evidence.Of("mail") }] }));
    }

    private static string Words(QueueEvidence said) => string.Join(", ", new[]
    {
        said.IsPaused is { } paused ? paused ? $"paused since {(said.PausedAt is { } at && DateTimeOffset.UnixEpoch < at ? "an hour" : "?")} by {said.SaidBy}" : null : "no pauses",
        said.Held,
    }.OfType<string>().Concat(said.Nodes.Select(n => $"{(n.IsAlive ? "alive" : "dead")} {n.Node}").Order(StringComparer.Ordinal)));

    public static TheoryData<string, string> Findings => new()
    {
        { "paused", "mail has been paused for 30 min. 61 Page jobs are waiting, none is running. Resume it." },
        { "unserved", "No live worker serves mail. 61 Page jobs are waiting, none is running. web-1 was last seen 10 min ago. Start a node that runs it." },
        { "unconsumed", "mail has never started a job. 61 Page jobs are waiting, none is running. web-1 serves it and is alive. Check what its workers are waiting for." },
    };

    [Theory]
    [MemberData(nameof(Findings))]
    public void A_finding_states_what_the_engine_says(string cause, string reason)
    {
        var node = new EngineNode("web-1", null, null, Situation.Ago(10), IsAlive: cause == "unconsumed");
        var said = new QueueEvidence(cause == "paused", cause == "paused" ? Situation.Ago(30) : null, null, "good_job_settings", "good_job_processes", [node]);
        var facts = Situation.ReadyIn("mail");
        var situation = new Situation(cause).With("Sync", new(Completed: 1)).With("Sync/Page", new(Available: 61), ready: 60, facts: facts with { ReadyQueue = facts.ReadyQueue! with { Said = said } });
        var finding = Assert.Single(situation.Examine().Findings);
        Assert.Equal((FindingKind.Stuck, cause, reason), (finding.Kind, finding.Evidence["cause"], finding.Reason));
    }

    [Fact]
    public void A_finding_states_what_jobs_of_a_queue_wait_for_that_begins_others()
    {
        var said = new QueueEvidence(null, null, "has 2 jobs that wait for a lock that job 7 holds (a)", "procrastinate_jobs", null, []);
        var facts = Situation.ReadyIn("mail");
        var situation = new Situation("busy").With("Sync", new(Completed: 1)).With("Sync/Page", new(Available: 61), ready: 60, facts: facts with { ReadyQueue = facts.ReadyQueue! with { Said = said, LastAttemptedAt = Situation.Ago(1) } });
        var finding = Assert.Single(situation.Examine().Findings);
        Assert.Equal((FindingKind.Waiting, "busy", said.Held), (finding.Kind, finding.Evidence["cause"], finding.Evidence["held"]));
        Assert.EndsWith(". The queue has 2 jobs that wait for a lock that job 7 holds (a).", finding.Reason);
    }
}
