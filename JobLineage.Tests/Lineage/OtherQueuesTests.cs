using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Lineage;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Lineage;

/// <summary>Queues that are not Oban as it is today: other ids, other schemas, older enums.</summary>
public sealed class OtherQueuesTests
{
    private static readonly SourceMapping Custom = new()
    {
        Name = "custom",
        Table = "tasks",
        State = "status",
        States = new Dictionary<string, JobState> { ["new"] = JobState.Available, ["ok"] = JobState.Completed },
        Worker = "kind",
        ParentId = "parent",
    };

    [Theory]
    [InlineData("uuid", "uuid")]
    [InlineData("uuid", "text")]
    [InlineData("text", "text")]
    [InlineData("varchar(80)", "varchar(80)")]
    public async Task Ids_may_be_uuids_or_text(string idType, string parentType)
    {
        foreach (var indexed in (bool[])[false, true])
        {
            await using var fixture = await TasksAsync(idType, parentType, indexed,
                "('aaaaaaaa-0000-4000-8000-000000000001', null, 'A', 'ok')",
                "('aaaaaaaa-0000-4000-8000-000000000003', 'aaaaaaaa-0000-4000-8000-000000000001', 'B', 'ok')",
                "('aaaaaaaa-0000-4000-8000-000000000002', 'aaaaaaaa-0000-4000-8000-000000000003', 'B', 'new')");
            var queries = await fixture.QueriesAsync(Custom);
            var tree = (await queries.GetJobTreeAsync("aaaaaaaa-0000-4000-8000-000000000002"))!;
            Assert.Equal(["1", "3", "2"], tree.Nodes.Select(n => n.Job.Id[^1..]));
            Assert.Equal(["A", "A/B"], tree.Run.Stages.Select(s => s.Path));
            Assert.Single((await queries.GetChildrenAsync(tree.Root.Job.Id))!.Jobs);
        }
    }

    [Fact]
    public async Task A_uuid_names_its_parent_in_capitals_too()
    {
        foreach (var indexed in (bool[])[false, true])
        {
            await using var fixture = await TasksAsync("uuid", "text", indexed,
                "('aaaaaaaa-0000-4000-8000-000000000001', null, 'A', 'ok')",
                "('aaaaaaaa-0000-4000-8000-000000000002', 'AAAAAAAA-0000-4000-8000-000000000001', 'B', 'ok')",
                "('aaaaaaaa-0000-4000-8000-000000000003', 'aaaaaaaa000040008000000000000001', 'B', 'ok')");
            var queries = await fixture.QueriesAsync(Custom);
            Assert.Equal(2, (await queries.GetJobTreeAsync("AAAAAAAA-0000-4000-8000-000000000001"))!.Nodes.Count);
            Assert.Single((await queries.GetJobTreeAsync("aaaaaaaa-0000-4000-8000-000000000003"))!.Nodes);
        }
    }

    [Theory]
    [InlineData("smallint", "bigint")]
    [InlineData("integer", "integer")]
    [InlineData("bigint", "text")]
    public async Task Ids_may_be_any_integer_and_a_missing_parent_may_be_out_of_its_range(string idType, string parentType)
    {
        foreach (var indexed in (bool[])[false, true])
        {
            await using var fixture = await TasksAsync(idType, parentType, indexed, "(1, null, 'A', 'ok')", "(3, '1', 'B', 'ok')", "(4, '2000000000', 'B', 'ok')");
            var queries = await fixture.QueriesAsync(Custom);
            Assert.Equal(["1", "3"], (await queries.GetJobTreeAsync("3"))!.Nodes.Select(n => n.Job.Id));
            Assert.Equal(["2000000000", "4"], (await queries.GetJobTreeAsync("4"))!.Nodes.Select(n => n.Job.Id));
            Assert.Null(await queries.GetJobTreeAsync("9223372036854775807"));
        }
    }

    [Theory]
    [InlineData("text", "text", true, nameof(ParentLookup.Expression))]
    [InlineData("bigint", "bigint", true, nameof(ParentLookup.Expression))]
    [InlineData("bigint", "text", true, nameof(ParentLookup.Expression))]
    [InlineData("uuid", "text", true, nameof(ParentLookup.Expression))]
    [InlineData("bigint", "bigint", false, nameof(ParentLookup.Scan))]
    public async Task An_index_on_the_parent_is_found(string idType, string parentType, bool indexed, string expected)
    {
        await using var fixture = await TasksAsync(idType, parentType, indexed);
        var source = (await SourceProbe.ProbeAsync(Custom, fixture.Connections)).Source!;
        Assert.Equal(expected, (await new SourceIndexes(source, fixture.Connections, 5).FindLookupAsync(default)).ToString());
    }

    [Fact]
    public async Task Obans_own_indexes_and_the_advised_one_are_told_apart()
    {
        await using var fixture = await LineageFixture.ObanAsync((1, null, "A", "completed"));
        var source = (await SourceProbe.ProbeAsync(Presets.Oban("oban"), fixture.Connections)).Source!;
        var reader = new SourceIndexes(source, fixture.Connections, 5);
        Assert.Equal(ParentLookup.Containment, await reader.FindLookupAsync(default));
        await fixture.AddAdvisedIndexAsync();
        Assert.Equal(ParentLookup.Expression, await reader.FindLookupAsync(default));
        await fixture.Database.ExecuteAsync("update pg_index set indisvalid = false where indexrelid = 'advised'::regclass");
        Assert.Equal(ParentLookup.Containment, await reader.FindLookupAsync(default));
        await fixture.DropMetaIndexAsync();
        Assert.Equal(ParentLookup.Scan, await reader.FindLookupAsync(default));
    }

    [Fact]
    public async Task A_prefix_that_needs_quotes_is_a_schema_like_any_other()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanEnd, "tenant-2");
        var queries = await fixture.QueriesAsync(Presets.Oban("oban") with { Schema = "tenant-2" });
        Assert.Equal(752, (await queries.GetPipelineStatsAsync("60"))!.Run.Total);
        Assert.Contains("suspended", queries.Source.StateLabels!);
    }

    [Fact]
    public async Task An_older_enum_without_suspended_is_read_as_well()
    {
        await using var fixture = await LineageFixture.ObanAsync((1, null, "A", "completed"), (2, "1", "B", "available"));
        await fixture.Database.ExecuteAsync(
            """
            drop index oban_jobs_state_queue_priority_scheduled_at_id_index, oban_jobs_state_cancelled_at_index, oban_jobs_state_discarded_at_index;
            alter type oban_job_state rename to newer;
            create type oban_job_state as enum ('available', 'scheduled', 'executing', 'retryable', 'completed', 'discarded', 'cancelled');
            alter table oban_jobs alter state drop default, alter state type oban_job_state using state::text::oban_job_state;
            drop type newer;
            """);
        var queries = await fixture.QueriesAsync();
        Assert.DoesNotContain("suspended", queries.Source.StateLabels!);
        Assert.Equal(2, (await queries.GetPipelineStatsAsync("2"))!.Run.Total);
    }

    [Fact]
    public async Task A_view_is_read_like_a_table()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanEnd);
        await fixture.Database.ExecuteAsync("create view jobs_to_read as select * from oban_jobs");
        var queries = await fixture.QueriesAsync(Presets.Oban("oban") with { Table = "jobs_to_read" });
        Assert.False(queries.Source.HasRowVersions);
        Assert.Equal(752, (await queries.GetPipelineStatsAsync("60"))!.Run.Total);
    }

    [Fact]
    public async Task A_queue_without_parents_has_runs_of_one()
    {
        await using var fixture = await TasksAsync("bigint", "bigint", false, "(1, null, 'A', 'ok')", "(2, '1', 'A', 'ok')");
        var queries = await fixture.QueriesAsync(Custom with { ParentId = null });
        Assert.Single((await queries.GetJobTreeAsync("2"))!.Nodes);
        Assert.Empty((await queries.GetChildrenAsync("1"))!.Jobs);
        Assert.Empty((await queries.GetAncestorsAsync("2"))!.Ancestors);
    }

    [Fact]
    public async Task Nothing_is_written_and_nothing_may_be()
    {
        await using var fixture = await LineageFixture.ObanAsync((1, null, "A", "completed"));
        await fixture.Database.ExecuteAsync(
            "create function leave_a_trace() returns text language plpgsql as $$ begin insert into oban_jobs (worker) values ('x'); return 'A'; end $$");
        var queries = await fixture.QueriesAsync(Presets.Oban("oban") with { Worker = "leave_a_trace()" });
        var error = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => queries.GetPipelineStatsAsync("1"));
        Assert.Equal(Npgsql.PostgresErrorCodes.ReadOnlySqlTransaction, error.SqlState);
    }

    private static async Task<LineageFixture> TasksAsync(string idType, string parentType, bool indexed, params string[] rows)
    {
        var fixture = await LineageFixture.CreateAsync();
        await fixture.Database.ExecuteAsync($"create table tasks (id {idType} primary key, parent {parentType}, kind text, status text)");
        if (rows.Length > 0)
            await fixture.Database.ExecuteAsync($"insert into tasks values {string.Join(", ", rows)}");
        if (indexed)
            await fixture.Database.ExecuteAsync("create index on tasks (parent)");
        return fixture;
    }
}
