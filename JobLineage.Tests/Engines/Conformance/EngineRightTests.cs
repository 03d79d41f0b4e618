using JobLineage.Core.Feed;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Feed;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Engines.Conformance;

/// <summary>What mappings of these engines got wrong, each as rows that show it.</summary>
[Takes(30)]
public sealed partial class EngineRightTests
{
    private const string PgBossQueue = "insert into pgboss.queue (name, policy, retry_limit, retry_delay, retry_backoff, expire_seconds, retention_seconds, deletion_seconds, partition, table_name) values ('mail', 'standard', 2, 0, false, 900, 1209600, 604800, false, 'job_common'), ('dead', 'standard', 2, 0, false, 900, 1209600, 604800, false, 'job_common')";

    [Theory]
    [InlineData("state = 'active', retry_count = 0, started_on = now()", JobState.Executing, 1, null)]
    [InlineData("state = 'created'", JobState.Available, 0, null)]
    [InlineData("state = 'created', start_after = now() + interval '1 hour'", JobState.Scheduled, 0, null)]
    [InlineData("state = 'created', blocked = true", JobState.Suspended, 0, null)]
    [InlineData("state = 'completed', started_on = now(), output = '{\"message\": \"sent\"}'", JobState.Completed, 1, null)]
    [InlineData("state = 'cancelled', output = '{\"message\": \"sent\"}'", JobState.Cancelled, 0, null)]
    [InlineData("state = 'retry', retry_count = 1, started_on = now(), output = '{\"name\": \"Error\", \"message\": \"smtp\", \"stack\": \"Error: smtp\\n    at x.js:1\"}'", JobState.Retryable, 2, "Error: smtp\n    at x.js:1")]
    [InlineData("state = 'failed', retry_count = 2, started_on = now(), output = '{\"value\": 7}'", JobState.Discarded, 3, "{\"value\": 7}")]
    public async Task PgBoss_counts_retries_and_its_output_is_an_error_only_of_what_failed(string set, JobState state, int attempt, string? error)
    {
        await using var fixture = await EngineRows.MakeAsync(
            "pgboss12", PgBossQueue, "insert into pgboss.job (id, name, policy) values ('00000000-0000-0000-0000-000000000001', 'mail', 'standard')", $"update pgboss.job set {set}");
        var job = await EngineRows.ReadAsync(fixture, "pg_boss", "00000000-0000-0000-0000-000000000001");
        Assert.Equal((state, attempt, error), (job.State, job.Attempt, job.Errors.LastOrDefault()?.Message));
    }

    [Fact]
    public async Task PgBoss_puts_a_dead_letter_below_the_job_that_failed_and_the_job_of_a_flow_below_its_first_parent()
    {
        await using var fixture = await EngineRows.MakeAsync(
            "pgboss12", PgBossQueue,
            """
            insert into pgboss.job (id, name, policy, data, state, created_on) values
                ('00000000-0000-0000-0000-000000000001', 'mail', 'standard', '{"parentJobId": "00000000-0000-0000-0000-000000000009"}', 'failed', '2026-01-01'),
                ('00000000-0000-0000-0000-000000000002', 'mail', 'standard', null, 'completed', '2026-01-02'),
                ('00000000-0000-0000-0000-000000000004', 'mail', 'standard', null, 'created', '2026-01-03')
            """,
            """
            insert into pgboss.job (id, name, policy, data, source_name, source_id) values
                ('00000000-0000-0000-0000-000000000003', 'dead', 'standard', '{"parentJobId": "00000000-0000-0000-0000-000000000009"}', 'mail', '00000000-0000-0000-0000-000000000001')
            """,
            """
            insert into pgboss.job_dependency (child_name, child_id, parent_name, parent_id) values
                ('mail', '00000000-0000-0000-0000-000000000004', 'mail', '00000000-0000-0000-0000-000000000002'), ('mail', '00000000-0000-0000-0000-000000000004', 'mail', '00000000-0000-0000-0000-000000000001')
            """);
        Assert.Equal("00000000-0000-0000-0000-000000000001", (await EngineRows.ReadAsync(fixture, "pg_boss", "00000000-0000-0000-0000-000000000003")).ParentId);
        Assert.Equal("00000000-0000-0000-0000-000000000009", (await EngineRows.ReadAsync(fixture, "pg_boss", "00000000-0000-0000-0000-000000000001")).ParentId);
        var child = await EngineRows.ReadAsync(fixture, "pg_boss", "00000000-0000-0000-0000-000000000004");
        Assert.Equal("00000000-0000-0000-0000-000000000001", child.ParentId);
        Assert.Equal(["00000000-0000-0000-0000-000000000002"], child.Parents);
        await fixture.FilledAsync(Presets.Find("pg_boss", "q"));
        Assert.Equal(["00000000-0000-0000-0000-000000000002"], (await fixture.JobAsync("00000000-0000-0000-0000-000000000004", "q")).Job.Parents);
        Assert.Equal(["00000000-0000-0000-0000-000000000001"], await fixture.Database.ScalarAsync<string[]>(EngineConformanceTests.Failures) ?? []);
    }

    [Fact]
    public async Task PgBoss_of_an_older_schema_is_read_without_the_columns_that_it_lacks()
    {
        await using var fixture = await EngineRows.MakeAsync(
            "pgboss12", PgBossQueue,
            "alter table pgboss.job drop column blocked cascade; alter table pgboss.job drop column source_id; drop table pgboss.job_dependency; drop table pgboss.instance",
            "insert into pgboss.version (version) values (24)",
            "insert into pgboss.job (id, name, policy, data) values ('00000000-0000-0000-0000-000000000001', 'mail', 'standard', '{\"parentJobId\": \"00000000-0000-0000-0000-000000000009\"}')");
        var job = await EngineRows.ReadAsync(fixture, "pg_boss", "00000000-0000-0000-0000-000000000001");
        Assert.Equal((JobState.Available, "00000000-0000-0000-0000-000000000009"), (job.State, job.ParentId));
        var (source, _) = await SourceProbe.ProbeAsync(Presets.Find("pg_boss", "q")!, fixture.Source);
        Assert.Equal(["job.blocked", "job.source_id", "job_dependency"], source!.Missing);
        var checks = await new SourceDoctor(source, fixture.Source, FeedKind.Poll, new()).ExamineAsync(default);
        Assert.Contains(checks, c => c.Message == "pg-boss's schema version is 24.");
        Assert.Contains(checks, c => c.Message.StartsWith("This version lacks job.blocked, job.source_id, job_dependency, which other versions have", StringComparison.Ordinal));
        Assert.DoesNotContain(checks, c => c.Level == CheckLevel.Problem);
    }

    [Fact]
    public async Task What_a_configuration_replaced_stays_when_a_preset_is_made_to_fit()
    {
        await using var fixture = await EngineRows.MakeAsync("pgboss12", "alter table pgboss.job drop column blocked cascade; alter table pgboss.job rename to tasks");
        var mapping = Presets.Find("pg_boss", "q")! with { Table = "tasks", ParentId = "job.data->>'above'", State = "job.state::text", Unfinished = [] };
        mapping = mapping with { Joins = null, Changes = [], Parents = null };
        var (source, problem) = await SourceProbe.ProbeAsync(mapping, fixture.Source);
        Assert.Null(problem?.Message);
        Assert.Equal(
            mapping,
            source!.Mapping with { States = mapping.States, Changes = mapping.Changes, Unfinished = mapping.Unfinished, Steps = mapping.Steps, TargetKeys = mapping.TargetKeys, ExpectedChildrenOf = mapping.ExpectedChildrenOf });
    }

    [Theory]
    [InlineData("2026-11-29T22:30:00.0000000Z", "RetryCount", JobState.Retryable)]
    [InlineData("1795991400000", null, JobState.Scheduled)]
    public async Task Hangfire_writes_times_as_text_or_as_milliseconds_and_a_job_that_was_tried_is_retried(string time, string? parameter, JobState state)
    {
        await using var fixture = await EngineRows.MakeAsync("hangfire", HangfireJob(1, "Scheduled", $$"""{"EnqueueAt": "{{time}}"}"""), parameter is null ? "select 1" : $"insert into hangfire.jobparameter (jobid, name, value) values (1, '{parameter}', '1')");
        var job = await EngineRows.ReadAsync(fixture, "hangfire", "1");
        Assert.Equal((state, new DateTimeOffset(2026, 11, 29, 22, 30, 0, TimeSpan.Zero)), (job.State, job.ScheduledAt));
        // No maximum is in the database.
        Assert.Equal(0, job.MaxAttempts);
    }

    [Fact]
    public async Task Hangfire_keeps_the_parent_of_a_continuation_in_its_states_and_an_error_until_the_job_has_succeeded()
    {
        await using var fixture = await EngineRows.MakeAsync(
            "hangfire", HangfireJob(2, "Awaiting", """{"ParentId": "1"}"""),
            HangfireJob(3, "Failed", """{"ExceptionType": "System.InvalidOperationException", "ExceptionMessage": "no such page", "ExceptionDetails": "System.InvalidOperationException: no such page\n   at App.Page()"}"""));
        Assert.Equal("1", (await EngineRows.ReadAsync(fixture, "hangfire", "2")).ParentId);
        Assert.Equal("System.InvalidOperationException: no such page\n   at App.Page()", (await EngineRows.ReadAsync(fixture, "hangfire", "3")).Errors.Single().Message);
        await fixture.SqlAsync(HangfireState(3, "Succeeded", "{}"));
        Assert.Empty((await EngineRows.ReadAsync(fixture, "hangfire", "3")).Errors);
    }

    [Fact]
    public async Task The_error_of_the_former_attempt_is_not_that_of_the_one_that_runs()
    {
        const string Boom = """{"ExceptionType": "System.Exception", "ExceptionMessage": "boom", "ExceptionDetails": "boom"}""";
        await using var fixture = await EngineRows.MakeAsync("hangfire", HangfireJob(3, "Processing", """{"ServerId": "a"}"""), HangfireState(3, "Failed", Boom));
        Assert.Equal(1, (await EngineRows.ReadAsync(fixture, "hangfire", "3")).Errors.Single().Attempt);

        await fixture.SqlAsync(HangfireState(3, "Processing", """{"ServerId": "a"}"""));
        var running = await EngineRows.ReadAsync(fixture, "hangfire", "3");
        Assert.Equal((JobState.Executing, 2), (running.State, running.Attempt));
        Assert.Equal(new JobError(1, null, "boom"), running.Errors.Single() with { Message = "boom" });

        await fixture.SqlAsync(HangfireState(3, "Failed", Boom));
        Assert.Equal(2, (await EngineRows.ReadAsync(fixture, "hangfire", "3")).Errors.Single().Attempt);
    }

    [Fact]
    public async Task Hangfire_has_no_names_for_arguments_and_those_that_are_given_say_what_is_secret()
    {
        const string insert = """
            insert into hangfire.job (id, statename, invocationdata, arguments, createdat, updatecount) values (1, 'Enqueued',
                '{"Type": "App, hf", "Method": "Sync", "Arguments": "[\"7\",\"\\\"hunter2\\\"\",\"\\\"ghp_0123456789abcdefghijABCDEFGHIJ012345\\\"\"]", "ParameterTypes": "[\"System.Int32\",\"System.String\",\"System.String\"]"}',
                '["7", "\"hunter2\"", "\"ghp_0123456789abcdefghijABCDEFGHIJ012345\"", "{\"Password\": \"hunter3\"}"]', now(), 0)
            """;
        await using var fixture = await EngineRows.MakeAsync("hangfire", insert);
        // Only types are known: a token is one by its looks, what has a key of its own goes by that, and a password that looks like a word stays.
        var job = await EngineRows.ReadAsync(fixture, "hangfire", "1");
        Assert.Contains("hunter2", job.Args);
        Assert.DoesNotContain("ghp_", job.Args);
        Assert.DoesNotContain("hunter3", job.Args);

        // As docs/engines/hangfire.md has it.
        var mapping = Presets.Find("hangfire", "q")! with { Args = "case job.invocationdata->>'Method' when 'Sync' then jsonb_build_object('page', job.arguments->>0, 'password', job.arguments->>1) else job.arguments end" };
        var (source, problem) = await SourceProbe.ProbeAsync(mapping, fixture.Source);
        Assert.Null(problem?.Message);
        var redaction = new Redaction([.. Redaction.DefaultWords, "arguments"]);
        var reader = new SourceReader(source!, fixture.Source, redaction);
        var named = Assert.Single((await reader.ReadAsync(["1"], default)).Jobs);
        Assert.Equal("""{"page":"7","password":"[redacted]"}""", named.Args!.Replace(" ", ""));
        var row = await new NativeRowReader(reader, fixture.Source, redaction, TimeProvider.System).ReadAsync("1", default);
        Assert.All(row.Columns, column => Assert.DoesNotContain("hunter", column.Text ?? ""));
        Assert.Equal(("Enqueued", "Hangfire says \"Enqueued\""), (row.Word, StateWords.OfWord(mapping, row.Word)));
    }

    [Theory]
    [InlineData("aborted", JobState.Cancelled)]
    [InlineData("aborting", JobState.Executing)]
    [InlineData("cancelled", JobState.Cancelled)]
    public async Task Procrastinate_says_when_in_its_events_and_what_was_aborted_is_cancelled(string status, JobState state)
    {
        await using var fixture = await EngineRows.MakeAsync(
            "procrastinate", $"insert into procrastinate_jobs (id, queue_name, task_name, status, attempts) overriding system value values (1, 'default', 'app.mail', '{status}', 1)",
            "insert into procrastinate_events (id, job_id, type, at) overriding system value values (1, 1, 'deferred', '2026-01-01 00:00:00Z'), (2, 1, 'started', '2026-01-01 00:00:01Z'), (3, 1, 'aborted', '2026-01-01 00:00:02Z')");
        var job = await EngineRows.ReadAsync(fixture, "procrastinate", "1");
        Assert.Equal((state, "2026-01-01 00:00:00Z", "2026-01-01 00:00:01Z"), (job.State, $"{job.InsertedAt:u}", $"{job.AttemptedAt:u}"));
        Assert.Equal(state == JobState.Cancelled ? "2026-01-01 00:00:02Z" : "", $"{job.FinishedAt:u}");
        Assert.NotNull(Presets.Engine("procrastinate")!.NoErrors);
    }

    [Fact]
    public async Task Dbos_has_a_parent_of_its_own_times_as_milliseconds_errors_as_superjson_and_steps()
    {
        await using var fixture = await EngineRows.MakeAsync(
            "dbos", "insert into dbos.workflow_status (workflow_uuid, status, name, parent_workflow_id, created_at, started_at_epoch_ms, completed_at, recovery_attempts) values ('b', 'ERROR', 'page', 'a', 1795990441235, 1795990474714, 1795990479324, 2)",
            """insert into dbos.workflow_output (workflow_uuid, error) values ('b', '{"json":{"name":"Error","message":"HTTP 500","stack":"Error: HTTP 500\n    at page"},"meta":{}}')""",
            "insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, completed_at_epoch_ms, child_workflow_id) values ('b', 0, 'fetch', 1795990475000, null), ('b', 1, 'detail', 1795990475000, 'b-1')");
        var job = await EngineRows.ReadAsync(fixture, "dbos", "b");
        Assert.Equal((JobState.Discarded, "a", 2, "Error: HTTP 500\n    at page"), (job.State, job.ParentId, job.Attempt, job.Errors.Single().Message));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1795990441235), job.InsertedAt);
        Assert.Contains("\"fetch\"", job.Meta);
        Assert.DoesNotContain("\"detail\"", job.Meta);
    }

    [Fact]
    public async Task Dbos_of_an_older_schema_is_read_without_the_columns_that_it_lacks()
    {
        await using var fixture = await EngineRows.MakeAsync(
            "dbos", "alter table dbos.workflow_status drop column delay_until_epoch_ms cascade, drop column completed_at cascade, drop column parent_workflow_id cascade",
            "alter table dbos.operation_outputs drop column started_at_epoch_ms, drop column completed_at_epoch_ms cascade, drop column child_workflow_id",
            "drop table dbos.workflow_input, dbos.workflow_output",
            "insert into dbos.workflow_status (workflow_uuid, status, name, created_at, started_at_epoch_ms, recovery_attempts, error) values ('b', 'ERROR', 'page', 1795990441235, 1795990474714, 2, 'HTTP 500')",
            "insert into dbos.operation_outputs (workflow_uuid, function_id, function_name) values ('b', 0, 'fetch')");
        var job = await EngineRows.ReadAsync(fixture, "dbos", "b");
        Assert.Equal((JobState.Discarded, null, 2, "HTTP 500", null), (job.State, job.ParentId, job.Attempt, job.Errors.Single().Message, job.FinishedAt));
        Assert.Contains("\"fetch\"", job.Meta);
        var (source, _) = await SourceProbe.ProbeAsync(Presets.Find("dbos", "q")!, fixture.Source);
        Assert.Equal(
            [
                "operation_outputs.child_workflow_id", "operation_outputs.completed_at_epoch_ms", "operation_outputs.started_at_epoch_ms", "workflow_input", "workflow_output",
                "workflow_status.completed_at", "workflow_status.delay_until_epoch_ms", "workflow_status.parent_workflow_id",
            ],
            source!.Missing);
        Assert.DoesNotContain(await new SourceDoctor(source, fixture.Source, FeedKind.Poll, new()).ExamineAsync(default), c => c.Level == CheckLevel.Problem);
    }

    [Theory]
    [InlineData("good_job", "good_job", "good_jobs", "created_at")]
    [InlineData("solid_queue", "solid_queue", "solid_queue_jobs", "created_at")]
    [InlineData("dbos", "dbos", "dbos.workflow_status", "created_at")]
    [InlineData("pg_boss", "pgboss12", "pgboss.job_common", "created_on")]
    public async Task A_plain_index_on_the_time_of_insertion_serves_the_look_over_new_rows(string preset, string folder, string table, string column)
    {
        await using var fixture = await EngineRows.MakeAsync(folder, $"create index by_time on {table} ({column})");
        var (source, problem) = await SourceProbe.ProbeAsync(Presets.Find(preset, "q")!, fixture.Source);
        Assert.Null(problem?.Message);
        await using var connection = await fixture.Source.OpenConnectionAsync();
        var scan = $"select from {Core.Engines.Sql.RowSql.Whole(source!.Mapping)} where {Core.Engines.Sql.ScanSql.NewRows(source.Mapping, "interval '2 minutes'")}";
        // Small tables are read whole unless that is made dear.
        await using (var dear = new NpgsqlCommand("set enable_seqscan = off", connection))
            await dear.ExecuteNonQueryAsync();
        await using var explain = new NpgsqlCommand(Core.Engines.PlanReading.Explain(scan), connection);
        Assert.True(Core.Engines.PlanReading.IsServed((string)(await explain.ExecuteScalarAsync())!, isView: false));
        Assert.Contains(Core.Engines.Sql.ScanSql.NewRows(source.Mapping, "$1"), Core.Engines.Sql.ScanSql.Scan(source, null, 1, 2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Oban_Pro_has_what_a_job_of_a_workflow_waits_for_in_its_meta()
    {
        var replay = EngineCase.All["oban: workflows of Pro"]().Replay;
        await using var fixture = await EngineRows.MakeAsync("oban_pro", replay[0], """
            insert into oban_jobs (id, worker, meta) values
                (20, 'Audit', '{"workflow_id": "w", "name": "audit", "deps": [["0197d3c4-5a10-7c3e-9d1e-000000000001", "page-3"]]}'),
                (21, 'Close', '{"workflow_id": "w", "name": "close", "deps": [["0197d3c4-5a10-7c3e-9d1e-000000000001", "*"], "audit", "nobody", 7, null]}'),
                (22, 'Mail', '{"workflow_id": "w", "name": "mail", "deps": ["close"], "parent_job_id": 2}'),
                (23, 'Odd', '{"workflow_id": "w", "name": "odd", "deps": "close"}')
            """);
        async Task<string> ParentsAsync(string id) => await EngineRows.ReadAsync(fixture, "oban", id) is var job ? $"{job.ParentId}: {string.Join(' ', job.Parents)}" : "";
        Assert.Equal(
            [": ", "1: ", "4: 5", "3: ", "1: 2 3 4 5 6 7 8 9 10 11 20", "2: 21", ": "],
            [await ParentsAsync("1"), await ParentsAsync("2"), await ParentsAsync("11"), await ParentsAsync("20"), await ParentsAsync("21"), await ParentsAsync("22"), await ParentsAsync("23")]);

        // What was seen of a link stays when what it leads to is pruned, and when the job is started again by hand.
        var feed = await fixture.FilledAsync(Presets.Oban("q"));
        await fixture.SqlAsync("update oban_jobs set state = 'completed', completed_at = now() at time zone 'UTC' where id in (4, 11)");
        await feed.TickAsync();
        await fixture.SqlAsync("delete from oban_jobs where id = 4");
        await feed.ReconcileAsync();
        Assert.Equal(["1", "2", "4"], (await fixture.JobAsync("11", "q")).Ancestors.Select(a => a.Id));
        Assert.Equal(["5"], (await fixture.JobAsync("11", "q")).Job.Parents);
        Assert.Equal(0, await feed.ReconcileAsync());
        await fixture.SqlAsync("delete from oban_jobs where id = 5; update oban_jobs set state = 'available' where id = 11");
        await feed.TickAsync();
        await feed.ReconcileAsync();
        Assert.Equal((JobState.Available, "4"), (await fixture.JobAsync("11", "q")).Job is var again ? (again.State, again.ParentId) : default);
        Assert.Equal(["5"], (await fixture.JobAsync("11", "q")).Job.Parents);
        Assert.Equal(0, await feed.ReconcileAsync());
    }

    [Fact]
    public async Task Oban_with_joins_of_its_configuration_is_read_without_what_Pro_adds()
    {
        var replay = EngineCase.All["oban: workflows of Pro"]().Replay;
        await using var fixture = await EngineRows.MakeAsync("oban_pro", replay[0]);
        var (source, problem) = await SourceProbe.ProbeAsync(Presets.Oban("q") with { Joins = "left join (select id as workflow, name as called from oban_workflows) w on w.workflow = job.meta->>'workflow_id'", Step = "w.called" }, fixture.Source);
        Assert.Null(problem?.Message);
        Assert.Equal("meta->>'parent_job_id'", source!.Mapping.ParentId);
        var (own, _) = await SourceProbe.ProbeAsync(Presets.Oban("q") with { ParentId = "meta->>'above'" }, fixture.Source);
        Assert.Equal(("meta->>'above'", "flow.parents"), (own!.Mapping.ParentId, own.Mapping.Parents));
    }

    [Fact]
    public async Task Every_preset_finds_what_is_not_finished_by_conditions_on_its_rows_own_columns()
    {
        foreach (var engine in Presets.All)
        {
            var mapping = engine.Map("q");
            // Where there are none they are made from the state, which then is a column itself.
            foreach (var condition in mapping.Unfinished.DefaultIfEmpty(mapping.State))
                Assert.False(Core.Engines.Sql.SqlText.HasSubquery(condition) || Core.Engines.Sql.SqlText.HasOtherRow(condition) || condition.Contains("case", StringComparison.OrdinalIgnoreCase), $"{engine.Name}: {condition}");
        }

        await Task.CompletedTask;
    }

    private static string HangfireJob(int id, string state, string data) =>
        $$$"""insert into hangfire.job (id, statename, invocationdata, arguments, createdat, updatecount) values ({{{id}}}, '{{{state}}}', '{"Type": "App, hf", "Method": "Mail"}', '[]', now(), 0); {{{HangfireState(id, state, data)}}}""";

    private static string HangfireState(int id, string state, string data) =>
        $"with made as (insert into hangfire.state (jobid, name, createdat, data, updatecount) values ({id}, '{state}', now(), '{data}', 0) returning id, jobid, name) update hangfire.job j set stateid = made.id, statename = made.name from made where j.id = made.jobid";
}
