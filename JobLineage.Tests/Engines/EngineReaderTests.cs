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
        Assert.Equal("River names more than 500 queues: what is paused or held is read first, and 500 are read. River names more than 500 workers and queues that they serve: who serves which is not told.", problem);
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
