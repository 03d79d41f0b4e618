using JobLineage.Core.Sources;
using JobLineage.Tests.Engines.Conformance;
using JobLineage.Tests.Lineage;
using Npgsql;

namespace JobLineage.Tests.Engines;

/// <summary>What an engine says of itself. The table is Oban Pro's by its public documentation; none was recorded.</summary>
public sealed class EngineReaderTests
{
    private const string Producers = """
        create table oban_producers (node text, queue text, started_at timestamp, updated_at timestamp, meta jsonb);
        insert into oban_producers values
            ('web@1', 'mail', '2026-11-30 10:00', '2026-11-30 12:00:05', '{"paused": false}'), ('web@2', 'mail', '2026-11-30 10:01', '2026-11-30 12:00:06', '{}'),
            ('web@1', 'ops', '2026-11-30 10:00', '2026-11-30 12:00:05', '{"paused": true}');
        """;

    [Fact]
    public async Task Pauses_and_signs_of_life_are_read_as_the_engine_keeps_them()
    {
        await using var fixture = await LineageFixture.ObanAsync();
        await fixture.Database.ExecuteAsync(Producers);
        var reader = new EngineReader(Presets.Engine("oban")!, Presets.Oban("oban"), fixture.Connections, new());

        var (evidence, problem) = await reader.EvidenceAsync(default);
        Assert.Null(problem);
        Assert.Equal(
            [new("mail", false, null, "oban_producers"), new("ops", true, null, "oban_producers")],
            evidence.Queues.OrderBy(q => q.Queue, StringComparer.Ordinal));
        Assert.Equal(
            ["mail web@1 2026-11-30 10:00:00Z 2026-11-30 12:00:05Z", "mail web@2 2026-11-30 10:01:00Z 2026-11-30 12:00:06Z", "ops web@1 2026-11-30 10:00:00Z 2026-11-30 12:00:05Z"],
            evidence.Nodes.Select(n => $"{n.Queue} {n.Node} {n.StartedAt:u} {n.SeenAt:u}").Order(StringComparer.Ordinal));
        Assert.Equal("14", await reader.VersionAsync(default));
    }

    [Fact]
    public async Task The_doctor_tells_them_and_a_table_of_another_edition_ends_no_examination()
    {
        await using var fixture = await LineageFixture.ObanAsync();
        await fixture.Database.ExecuteAsync(Producers);
        await fixture.Database.ExecuteAsync("update oban_producers set updated_at = now() at time zone 'UTC' where node = 'web@2'; insert into oban_producers values ('web@3', 'mail', now(), now() at time zone 'UTC', '{}')");
        var told = await TasksTable.DoctorAsync(fixture.Connections, Presets.Oban("oban"));
        Assert.Contains(told, line => line.Contains("Queue ops is paused, by oban_producers.", StringComparison.Ordinal));
        // Of those that serve a queue, they that live; where none does, that is no tick.
        Assert.Matches(@"^Good queues: mail: served by web@2 \(last sign of life [^)]+\), web@3 \(last sign of life [^)]+\)\.$", Assert.Single(told, line => line.Contains("mail: ", StringComparison.Ordinal)));
        Assert.Contains("Advice queues: ops: no worker that lives serves it, by oban_producers; the last sign of life was at 2026-11-30 12:00:05Z.", told);

        await fixture.Database.ExecuteAsync("alter table oban_producers rename column meta to settings");
        told = await TasksTable.DoctorAsync(fixture.Connections, Presets.Oban("oban"));
        Assert.Contains(told, line => line.Contains("What Oban says of its queues can't be read here: column \"meta\" does not exist", StringComparison.Ordinal));
        Assert.Contains(told, line => line.Contains("trigger", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_table_that_is_there_and_not_for_this_user_is_said_with_what_to_grant()
    {
        await using var fixture = await LineageFixture.CreateAsync();
        await fixture.Database.ExecuteAsync(EngineCase.Read("engines", "good_job", "schema.sql"));
        await fixture.Database.ExecuteAsync("""insert into good_job_settings (created_at, updated_at, key, value) values (now(), now(), 'pauses', '{"queues": ["mail"]}')""");
        var role = fixture.Database.Name + "_reader";
        await fixture.Database.ExecuteAsync($"create role {role} login; grant select on good_jobs, good_job_processes to {role}");
        try
        {
            await using var connections = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString) { Options = $"-c role={role}", Pooling = false });
            var mapping = Presets.Find("good_job", "q")!;
            var sentence = $"What GoodJob says of its queues can't be read here: user '{role}' may not read public.good_job_settings: run grant select on \"public\".\"good_job_settings\" to \"{role}\".";
            var reader = new EngineReader(Presets.Engine("good_job")!, mapping, connections, new());
            var (evidence, problem) = await reader.EvidenceAsync(default);
            // The other table is read all the same.
            Assert.Equal((null, "good_job_processes", sentence), (evidence.QueuesBy, evidence.NodesBy, problem));
            var (source, _) = await SourceProbe.ProbeAsync(mapping, connections);
            Assert.Equal(sentence, (await new QueuesReader(source!, connections, new()).ReadAsync(default)).Problem);
            Assert.Contains($"Advice queues: {sentence}", await TasksTable.DoctorAsync(connections, mapping));

            await fixture.Database.ExecuteAsync($"grant select on good_job_settings to {role}");
            (evidence, problem) = await reader.EvidenceAsync(default);
            Assert.Equal(("mail", (string?)null), (Assert.Single(evidence.Queues).Queue, problem));
            // What another version does not have is no problem.
            await fixture.Database.ExecuteAsync("drop table good_job_settings, good_job_processes");
            (evidence, problem) = await reader.EvidenceAsync(default);
            Assert.Equal((null, null, null), (evidence.QueuesBy, evidence.NodesBy, problem));
        }
        finally
        {
            await fixture.Database.ExecuteAsync($"drop owned by {role}; drop role {role}");
        }
    }

    [Fact]
    public async Task Of_very_many_queues_those_that_are_paused_are_read_and_that_it_is_cut_is_said()
    {
        await using var fixture = await LineageFixture.CreateAsync();
        await fixture.Database.ExecuteAsync(EngineCase.Read("engines", "river", "schema.sql"));
        await fixture.Database.ExecuteAsync("insert into river_queue (name, created_at, paused_at, updated_at) select 'q' || n, now(), case when n > 600 then now() end, now() from generate_series(1, 602) n");
        var (evidence, problem) = await new EngineReader(Presets.Engine("river")!, Presets.Find("river", "r")!, fixture.Connections, new()).EvidenceAsync(default);
        Assert.Equal((500, 2), (evidence.Queues.Count, evidence.Queues.Count(q => q.IsPaused == true)));
        // Nobody may conclude that what was cut off is not served.
        Assert.Equal((null, 0), (evidence.NodesBy, evidence.Nodes.Count));
        // Of what was cut off nothing is said.
        Assert.Equal("River names more than 500 workers and queues that they serve: who serves which is not told.", problem);
        Assert.False(evidence.Of("q9")!.IsPaused);
    }

    [Fact]
    public async Task Where_a_paused_queue_is_cut_off_none_that_is_not_read_is_said_to_run()
    {
        await using var fixture = await LineageFixture.CreateAsync();
        await fixture.Database.ExecuteAsync(EngineCase.Read("engines", "river", "schema.sql"));
        await fixture.Database.ExecuteAsync("insert into river_queue (name, created_at, paused_at, updated_at) select 'q' || lpad(n::text, 3, '0'), now(), case when n <= 501 then now() end, now() from generate_series(1, 602) n");
        var (evidence, problem) = await new EngineReader(Presets.Engine("river")!, Presets.Find("river", "r")!, fixture.Connections, new()).EvidenceAsync(default);
        Assert.StartsWith("River names more than 500 queues that are paused or held: 500 of them are read, and whether another one is paused is not known. ", problem);
        Assert.Equal((true, null, null), (evidence.Of("q500")!.IsPaused, evidence.Of("q501")!.IsPaused, evidence.Of("q602")!.IsPaused));
    }

    [Fact]
    public async Task Where_a_held_queue_is_cut_off_that_is_said_and_pauses_are_known()
    {
        await using var fixture = await LineageFixture.CreateAsync();
        await fixture.Database.ExecuteAsync(EngineCase.Read("engines", "solid_queue", "schema.sql"));
        await fixture.Database.ExecuteAsync("""
            insert into solid_queue_jobs (id, queue_name, class_name, created_at, updated_at) select n, 'q' || n, 'M', now(), now() from generate_series(1, 501) n;
            insert into solid_queue_blocked_executions (job_id, queue_name, concurrency_key, expires_at, created_at) select n, 'q' || n, 'k', now(), now() from generate_series(1, 501) n
            """);
        var (evidence, problem) = await new EngineReader(Presets.Engine("solid_queue")!, Presets.Find("solid_queue", "s")!, fixture.Connections, new()).EvidenceAsync(default);
        Assert.Equal(("Solid Queue names more than 500 queues that are paused or held: 500 of them are read.", 500), (problem, evidence.Queues.Count));
        Assert.False(evidence.Of("nowhere")!.IsPaused);
    }

    [Theory]
    [InlineData("insert into river_queue (name, updated_at) values (null, now())")]
    [InlineData("alter table river_queue alter column paused_at type text; insert into river_queue (name, paused_at, updated_at) values ('mail', 'now', now())")]
    [InlineData("alter table river_queue alter column paused_at type date; insert into river_queue (name, paused_at, updated_at) values ('mail', '5874897-12-31', now())")]
    public async Task What_nobody_expected_there_is_said_and_ends_nothing(string sql)
    {
        await using var fixture = await LineageFixture.CreateAsync();
        await fixture.Database.ExecuteAsync(EngineCase.Read("engines", "river", "schema.sql"));
        await fixture.Database.ExecuteAsync("alter table river_queue drop constraint river_queue_pkey; alter table river_queue alter column name drop not null");
        await fixture.Database.ExecuteAsync(sql);
        var mapping = Presets.Find("river", "r")!;
        const string said = "What River says of its queues can't be read here: ";
        var (evidence, problem) = await new EngineReader(Presets.Engine("river")!, mapping, fixture.Connections, new()).EvidenceAsync(default);
        Assert.Null(evidence.QueuesBy);
        Assert.StartsWith(said, problem);
        Assert.DoesNotContain("..", problem);
        Assert.StartsWith(said, (await new QueuesReader(await fixture.ProbedAsync(mapping), fixture.Connections, new()).ReadAsync(default)).Problem);
        Assert.Contains(await fixture.DoctorAsync(mapping), line => line.StartsWith("Advice queues: " + said, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("alter table procrastinate_jobs drop column abort_requested cascade", true)]
    [InlineData("create function sync_abort() returns trigger language plpgsql as $$ begin return new; end $$; create trigger procrastinate_trigger_sync_abort_requested_with_status_v1 before update on procrastinate_jobs for each row execute function sync_abort()", true)]
    [InlineData("select 1", false)]
    public async Task What_is_aborting_holds_its_lock_in_the_versions_that_know_the_word(string version, bool holds)
    {
        await using var fixture = await LineageFixture.CreateAsync();
        await fixture.Database.ExecuteAsync(EngineCase.Read("engines", "procrastinate", "schema.sql"));
        await fixture.Database.ExecuteAsync(version);
        await fixture.Database.ExecuteAsync("insert into procrastinate_jobs (id, queue_name, task_name, status, lock) overriding system value values (1, 'mail', 'm', 'aborting', 'a'), (2, 'mail', 'm', 'todo', 'a'), (3, 'mail', 'm', 'todo', 'a')");
        var (evidence, problem) = await new EngineReader(Presets.Engine("procrastinate")!, Presets.Find("procrastinate", "p")!, fixture.Connections, new()).EvidenceAsync(default);
        Assert.Null(problem);
        Assert.Equal(holds ? "has 2 jobs that wait for a lock that job 1 holds (a)" : null, evidence.Of("mail")!.Held);
    }

    [Fact]
    public async Task Of_very_many_workers_each_queue_keeps_one_that_lives()
    {
        await using var fixture = await LineageFixture.ObanAsync();
        await fixture.Database.ExecuteAsync(Producers);
        await fixture.Database.ExecuteAsync("insert into oban_producers select 'web@' || n, 'busy', now(), now() at time zone 'UTC' + interval '1 hour', '{}' from generate_series(1, 600) n; insert into oban_producers values ('z', 'quiet', now(), now() at time zone 'UTC', '{}')");
        var (evidence, problem) = await new EngineReader(Presets.Engine("oban")!, Presets.Oban("oban"), fixture.Connections, new()).EvidenceAsync(default);
        Assert.Equal((500, false, false, true), (evidence.Nodes.Count, evidence.Of("busy")!.IsUnserved, evidence.Of("quiet")!.IsUnserved, evidence.Of("mail")!.IsUnserved));
        Assert.Equal("Oban names more than 500 workers and queues that they serve: 500 are read, and of each queue one that lives.", problem);
    }
}
