using JobLineage.Core.Sources;
using JobLineage.Dashboard.Cli;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Cli;

/// <summary>What the terminal says of rows that can't be read.</summary>
public sealed class BadRowCommandTests
{
    [Fact]
    public async Task The_terminal_names_the_bad_row_and_answers_for_the_rest_and_doctor_names_it_too()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await fixture.SqlAsync(
            """
            create table t (id bigserial primary key, status text, kind text, payload json);
            insert into t (status, kind, payload) values ('completed', 'A', '{}'), ('completed', 'B', '{"parent": 1}'), ('completed', 'B', '{"x":"\u0000"}'), ('failed', 'B', '{"parent": 1}')
            """);
        foreach (var (verb, said) in new[] { ("tree", "B (2)"), ("stats", "B"), ("children", "2"), ("ancestors", "1") })
        {
            var ran = await RunAsync(fixture, verb, verb == "ancestors" ? "2" : "1");
            Assert.Equal(0, ran.ExitCode);
            Assert.Contains(said, ran.Output);
            if (verb is not "ancestors")
                Assert.Contains("ParentId of row 3 can't be read: unsupported Unicode escape sequence (22P05). It is left out of the answer.", ran.Error);
        }

        // Of the row itself it is not said that it is not there.
        foreach (var verb in new[] { "ancestors", "tree", "stats", "children" })
        {
            var bad = await RunAsync(fixture, verb, "3");
            Assert.Equal((1, ""), (bad.ExitCode, bad.Output));
            Assert.Equal(
                [
                    "ParentId of row 3 can't be read: unsupported Unicode escape sequence (22P05).",
                    "Priority of row 3 can't be read: unsupported Unicode escape sequence (22P05).",
                    "Args of row 3 can't be read: unsupported Unicode escape sequence (22P05).",
                    "ExpectedChildren of row 3 can't be read: unsupported Unicode escape sequence (22P05).",
                    "Job 3 is in source 't', and can't be read.",
                ],
                bad.Error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        }

        var doctor = await RunAsync(fixture, "doctor");
        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains("✗ rows: ParentId of row 3 can't be read", doctor.Output);
        await fixture.SqlAsync("update t set payload = '{}' where id = 3");
        doctor = await RunAsync(fixture, "doctor");
        Assert.Contains("✓ rows: 4 rows were read", doctor.Output);
        await fixture.SqlAsync("alter table t drop constraint t_pkey; insert into t select * from t where id = 2");
        doctor = await RunAsync(fixture, "doctor");
        Assert.Contains("✗ ids: Ids are not unique: more than one row of public.t has the id 2", doctor.Output);
    }

    [Fact]
    public async Task An_export_has_what_was_counted_and_says_what_could_not_be_read_of_it()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await fixture.SqlAsync(
            """
            create table t (id bigint, status text default 'completed', kind text default 'A', payload jsonb default '{}', attempts text default '1');
            insert into t (id, payload) values (1, '{}'), (2, '{"parent": 1}'), (2, '{"parent": 1}'), (3, '{"parent": 1, "n": "x"}'), (4, '{"parent": 1, "p": "x"}')
            """);
        var ran = await RunAsync(fixture, "export", "1", "--format", "json");
        Assert.Equal(0, ran.ExitCode);
        var jobs = System.Text.Json.JsonDocument.Parse(ran.Output).RootElement.GetProperty("jobs").EnumerateArray().ToList();
        Assert.Equal(["1", "2", "3", "4"], jobs.Select(j => j.GetProperty("id").GetString()).Order());
        Assert.All(jobs, job => Assert.False(job.TryGetProperty("isGone", out var gone) && gone.GetBoolean(), job.ToString()));
        Assert.Contains("More than one row of public.t has the id 2", ran.Error);
        Assert.Contains("Args of row 3 can't be read: invalid input syntax for type integer: \"x\" (22P02). The job is exported without it.", ran.Error);
        Assert.Contains("Priority of row 4 can't be read: invalid input syntax for type bigint: \"x\" (22P02). The job is exported as it was counted, without what is long.", ran.Error);

        // What is dropped is not said to be exported, and of what can't match nothing is said.
        foreach (var (filter, found, unknown) in new[] { ("0", "1 2", "Args of row 3|Priority of row 4"), ("0 state:completed worker:A", "1 2", "Args of row 3|Priority of row 4"), ("error:boom", "", "Priority of row 4"), ("0 id:1", "1", ""), ("0 worker:B", "", "") })
        {
            ran = await RunAsync(fixture, "export", "1", "--format", "json", "--filter", filter);
            Assert.Equal(0, ran.ExitCode);
            jobs = System.Text.Json.JsonDocument.Parse(ran.Output).RootElement.GetProperty("jobs").EnumerateArray().ToList();
            Assert.Equal((filter, found), (filter, string.Join(' ', jobs.Select(j => j.GetProperty("id").GetString()).Order())));
            var said = ran.Error.Split(Environment.NewLine).Where(line => line.Contains("can't be read")).ToList();
            Assert.All(said, line => Assert.EndsWith("Whether the job matches is not known: it is left out.", line));
            Assert.Equal((filter, unknown), (filter, string.Join('|', said.Select(line => line[..line.IndexOf(" can't", StringComparison.Ordinal)]))));

            // The tree has the same jobs and says the same of the others.
            var tree = await RunAsync(fixture, "tree", "1", "--json", "--filter", filter);
            Assert.Equal((filter, found), (filter, string.Join(' ', System.Text.Json.JsonDocument.Parse(tree.Output).RootElement.GetProperty("jobs").EnumerateArray()
                .Where(j => !j.TryGetProperty("isOnTheWay", out _)).Select(j => j.GetProperty("id").GetString()).Order())));
            Assert.Equal(said, tree.Error.Split(Environment.NewLine).Where(line => line.Contains("can't be read")));
        }
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(StoreFixture fixture, params string[] args)
    {
        var settings = new Dictionary<string, string?>
        {
            ["JobLineage:Sources:t:ConnectionString"] = fixture.Database.ConnectionString,
            ["JobLineage:Sources:t:Table"] = "t",
            ["JobLineage:Sources:t:State"] = "status",
            ["JobLineage:Sources:t:States:completed"] = "completed",
            ["JobLineage:Sources:t:States:failed"] = "discarded",
            ["JobLineage:Sources:t:Worker"] = "kind",
            ["JobLineage:Sources:t:ParentId"] = "payload->>'parent'",
            ["JobLineage:Sources:t:Args"] = "coalesce((payload->>'n')::int, 0)::text",
            ["JobLineage:Sources:t:Priority"] = "payload->>'p'",
        };
        return await LineageCommandsTests.RunAsync([.. args, "--source", "t"], settings);
    }
}
