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
        };
        return await LineageCommandsTests.RunAsync([.. args, "--source", "t"], settings);
    }
}
