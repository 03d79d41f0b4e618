using JobLineage.Core.Lineage;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Lineage;
using JobLineage.Tests.Store;

namespace JobLineage.Tests.Engines;

/// <summary>What doctor calls good is what serve and the terminal can run, and what they can't run doctor refuses.</summary>
public sealed class SameSqlTests
{
    private const string Table = "create table tasks (id bigserial primary key, status {0} not null, kind text, parent bigint, payload jsonb, created_at timestamptz default now())";

    [Theory]
    [InlineData("smallint", "0", "1")]
    [InlineData("integer", "-1", "20")]
    [InlineData("bigint", "5000000000", "7")]
    [InlineData("boolean", "false", "true")]
    [InlineData("char(4)", "new", "ok")]
    [InlineData("varchar(9)", "new", "ok")]
    [InlineData("numeric(4,1)", "1.5", "2.0")]
    [InlineData("\"char\"", "n", "d")]
    public async Task A_state_of_any_type_is_read_by_feeds_and_terminal(string type, string waiting, string done)
    {
        await using var store = await StoreFixture.CreateAsync();
        await store.SqlAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, Table, type));
        await store.SqlAsync($"insert into tasks (status, kind, parent) values ('{done}', 'sync', null), ('{waiting}', 'page', 1)");
        var mapping = TasksTable.Mapping with
        {
            ParentId = "parent",
            // The usual names stay in the mapping: they must do no harm.
            States = new Dictionary<string, JobState>(TasksTable.Mapping.States) { [waiting] = JobState.Available, [done] = JobState.Completed },
        };
        var feed = await store.FilledAsync(mapping);
        await store.SqlAsync($"update tasks set status = '{done}' where id = 2; insert into tasks (status, kind, parent) values ('{waiting}', 'page', 1)");
        await feed.TickAsync();

        var run = await store.RunAsync(1, "tasks");
        Assert.Equal((3, 2, 1), ((int)run.Total, (int)run.Counts.Completed, (int)run.Counts.Available));
        var queries = new LineageQueries((await SourceProbe.ProbeAsync(mapping, store.Source)).Source!, store.Source);
        Assert.Equal(3, (await queries.GetPipelineStatsAsync("1"))!.Run.Total);
        Assert.Equal(0, await feed.ReconcileAsync());
    }

    [Theory]
    [InlineData("smallint")]
    [InlineData("integer")]
    public async Task An_index_on_a_numeric_state_serves_the_look(string type)
    {
        await using var fixture = await TasksTable.CreateAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, Table, type) + "; create index on tasks (status)");
        var source = await fixture.ProbedAsync(TasksTable.Mapping with { States = new Dictionary<string, JobState> { ["0"] = JobState.Available, ["1"] = JobState.Completed } });
        Assert.Equal(["(status) = 0"], Core.Engines.Sql.ScanSql.Unfinished(source));
    }

    [Theory]
    [InlineData("(select p.id from tasks p where p.payload->>'key' = tasks.payload->>'parent')")]
    [InlineData("tasks.payload->>'parent'")]
    public async Task An_expression_that_calls_the_row_by_the_tables_name_is_refused_by_doctor_too(string parent)
    {
        await using var fixture = await TasksTable.CreateAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, Table, "text"));
        var problem = await fixture.ProblemAsync(TasksTable.Mapping with { ParentId = parent });
        Assert.Equal(SourceProblemKind.BadExpression, problem.Kind);
        Assert.StartsWith("Source 'tasks': ParentId `", problem.Message);
        Assert.Contains("the row is called job: write job.column", problem.Message);
    }

    [Fact]
    public async Task Every_expression_may_call_the_row_job_and_every_statement_runs()
    {
        await using var store = await StoreFixture.CreateAsync();
        await store.SqlAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, Table, "text"));
        await store.SqlAsync("insert into tasks (status, kind, payload) values ('completed', 'sync', '{\"key\": \"a\"}'), ('available', 'page', '{\"of\": \"a\", \"parent\": 1}')");
        var mapping = TasksTable.Mapping with
        {
            State = "job.status",
            Worker = "job.kind",
            // A subquery whose own table has the same columns: only the alias says which is meant.
            ParentId = "(select p.id from tasks p where p.payload->>'key' = job.payload->>'of')",
            Args = "job.payload",
            InsertedAt = "job.created_at",
            Unfinished = ["job.status = 'available'", "job.status = 'executing'"],
            ExpectedChildrenOf = new Dictionary<string, string> { ["sync"] = "job.payload->'expected'" },
        };
        var feed = await store.FilledAsync(mapping);

        Assert.Equal(2, (await store.RunAsync(1, "tasks")).Total);
        Assert.Equal(0, await feed.ReconcileAsync());
        var source = (await SourceProbe.ProbeAsync(mapping, store.Source)).Source!;
        var queries = new LineageQueries(source, store.Source);
        Assert.Equal(["1", "2"], (await queries.GetJobTreeAsync("2"))!.Nodes.Select(n => n.Job.Id));
        Assert.Single((await queries.GetChildrenAsync("1"))!.Jobs);
        Assert.Single((await queries.GetAncestorsAsync("2"))!.Ancestors);
        Assert.NotNull(await new InferenceQueries(source, store.Source, new Redaction()).InferAsync("1"));
        var checks = await new Core.Feed.Trigger.SourceDoctor(source, store.Source, Core.Sources.FeedKind.Auto, new()).ExamineAsync(default);
        Assert.DoesNotContain(checks, c => c.Level == CheckLevel.Problem);
        Assert.Contains(checks, c => c.Name == "statements" && c.Level == CheckLevel.Good);
    }

    [Fact]
    public async Task The_advised_index_is_made_of_the_bare_columns_and_found()
    {
        await using var fixture = await TasksTable.CreateAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, Table, "text"));
        var mapping = TasksTable.Mapping with { ParentId = "job.payload->>'parent'" };
        Assert.Contains(await fixture.DoctorAsync(mapping), c => c.StartsWith("Advice index: No index serves", StringComparison.Ordinal));
        await new Core.Feed.Trigger.TriggerInstaller(mapping, fixture.Connections).InstallAsync(index: true);
        Assert.Contains("Good index: An index serves the search for children.", await fixture.DoctorAsync(mapping));
    }

    [Fact]
    public async Task An_index_that_only_a_subquery_uses_serves_nobody()
    {
        await using var fixture = await TasksTable.CreateAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, Table, "text"));
        // The primary key serves the subquery; the search for children still reads the whole table.
        var mapping = TasksTable.Mapping with { ParentId = "coalesce((select p.id from tasks p where p.id = job.parent), job.parent)" };
        var checks = await fixture.DoctorAsync(mapping);
        Assert.DoesNotContain(checks, c => c.StartsWith("Good index", StringComparison.Ordinal));
        Assert.Contains(checks, c => c.StartsWith("Advice index", StringComparison.Ordinal));
        Assert.Equal(Core.Engines.Sql.ParentLookup.Scan, await new SourceIndexes(await fixture.ProbedAsync(mapping), fixture.Connections, 5).FindLookupAsync(default));
    }

    [Fact]
    public async Task Doctor_finds_what_only_a_row_shows()
    {
        await using var fixture = await TasksTable.CreateAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, Table, "text"));
        var mapping = TasksTable.Mapping with { Attempt = "job.payload->>'attempt'" };
        Assert.DoesNotContain(await fixture.DoctorAsync(mapping), c => c.StartsWith("Problem", StringComparison.Ordinal));
        await fixture.Database.ExecuteAsync("insert into tasks (status, payload) values ('available', '{\"attempt\": \"first\"}')");
        Assert.Contains(await fixture.DoctorAsync(mapping), c => c.StartsWith("Problem rows: Attempt of row 1 can't be read: invalid input syntax for type bigint: \"first\" (22P02).", StringComparison.Ordinal));
    }
}
