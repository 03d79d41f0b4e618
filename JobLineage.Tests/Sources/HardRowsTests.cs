using JobLineage.Core.Lineage;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Engines;
using JobLineage.Tests.Lineage;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Sources;

/// <summary>Rows that can't be read, without an id, or in a state of their own, whoever reads them.</summary>
public sealed class HardRowsTests
{
    private const string Table = "create table tasks (id bigint, status text default 'available', kind text default 'a', payload json default '{}', at timestamp(6) default now(), key text)";

    private static readonly SourceMapping Tasks = TasksTable.Mapping with { ParentId = "payload->>'parent'", InsertedAt = "at", Args = "payload" };

    [Fact]
    public async Task A_comparison_takes_as_many_bad_rows_as_the_first_reading_does_and_searches_for_each_once()
    {
        await using var fixture = await TasksTable.CreateAsync(Table);
        // No hundred in a chunk of the first reading, and more than a hundred in one of the comparison.
        await fixture.Database.ExecuteAsync("""
            alter table tasks add primary key (id);
            insert into tasks (id, payload) select i, case when i % 100 = 0 then '{"x":"\u0000"}' else '{}' end::json from generate_series(1, 12000) i
            """);
        using var statements = new StatementCount();
        var builder = new NpgsqlDataSourceBuilder(fixture.Database.ConnectionString);
        builder.UseLoggerFactory(statements);
        await using var connections = builder.Build();
        var reader = new SourceReader(await fixture.ProbedAsync(Tasks), connections, new());
        var (read, bad) = (0, 0);
        await foreach (var chunk in reader.StreamAsync(null, 1_000, default))
            (read, bad) = (read + chunk.Jobs.Count, bad + chunk.Bad.Count);
        Assert.Equal((11_880, 120), (read, bad));

        var scanner = new SourceScanner(reader, connections);
        async Task<(int Known, int Unknown, int Statements)> CompareAsync()
        {
            var before = statements.Count;
            var states = new List<RowState>();
            await foreach (var some in scanner.StatesAsync(50_000, default))
                states.AddRange(some);
            Assert.Equal(states.Count, states.Select(s => s.Id).Distinct().Count());
            return (states.Count(s => s.State is not null), states.Count(s => s.State is null), statements.Count - before);
        }

        var first = await CompareAsync();
        Assert.Equal((11_880, 120), (first.Known, first.Unknown));
        Assert.True(first.Statements > 120);
        var second = await CompareAsync();
        Assert.Equal((11_880, 120), (second.Known, second.Unknown));
        Assert.True(second.Statements < 5, $"{second.Statements} statements");
        // What was mended is asked again, and what is gone is not there.
        await fixture.Database.ExecuteAsync("update tasks set payload = '{}' where id = 100; delete from tasks where id = 200");
        var third = await CompareAsync();
        Assert.Equal((11_881, 118), (third.Known, third.Unknown));
    }

    [Fact]
    public async Task A_look_that_may_not_search_says_that_rows_are_in_the_way_and_goes_on_past_them_once_they_are_found()
    {
        await using var fixture = await TasksTable.CreateAsync(Table);
        await fixture.Database.ExecuteAsync("""insert into tasks (id, status) values (1, 'available'), (2, '12'), (3, 'x')""");
        var reader = new SourceReader(await fixture.ProbedAsync(Tasks with { Unfinished = ["status = 'available' or status::int > 5"] }), fixture.Connections, new());
        var scanner = new SourceScanner(reader, fixture.Connections, searchesAtOnce: false);
        var inTheWay = await Assert.ThrowsAsync<RowsInTheWayException>(() => scanner.ScanAsync("0", null, [], default));
        Assert.True(await inTheWay.Scanner.SearchAsync(default));
        Assert.Equal(["1", "2", "3"], (await scanner.ScanAsync("0", null, [], default)).Rows.Keys.Order());
        // Another turn's look knows them.
        var next = new SourceScanner(reader, fixture.Connections, inTheWay: scanner.InTheWay, searchesAtOnce: false);
        Assert.Equal(["1", "2", "3"], (await next.ScanAsync("0", null, [], default)).Rows.Keys.Order());
        Assert.False(await scanner.SearchAsync(default));
    }

    [Fact]
    public async Task Rows_without_an_id_are_put_aside_as_one_and_all_others_are_read()
    {
        await using var fixture = await TasksTable.CreateAsync(Table);
        await fixture.Database.ExecuteAsync("""insert into tasks (id, payload, key) values (1, '{}', 'k'), (2, '{"parent": 1}', 'k'), (null, '{"parent": 1}', 'k'), (null, '{}', 'k')""");
        var source = await fixture.ProbedAsync(Tasks);
        var reader = new SourceReader(source, fixture.Connections, new());
        var chunks = new List<SourceChunk>();
        await foreach (var chunk in reader.StreamAsync(null, 2, default))
            chunks.Add(chunk);
        Assert.Equal(["1", "2"], chunks.SelectMany(c => c.Jobs).Select(j => j.Id));
        var bad = Assert.Single(chunks.SelectMany(c => c.Bad));
        Assert.Equal(("", "Id", false), (bad.Id, bad.Member, bad.IsKept));
        Assert.Equal("2 rows of public.tasks have no id: id is NULL. Give them one, or set Id to a column that always has a value.", bad.Sentence);
        Assert.Equal(bad.Sentence, Assert.Single((await reader.ReadAsync(["", "1"], default)).Bad).Sentence);

        // A look's first row tells of transactions; a row without an id is none of them.
        var scan = await new SourceScanner(reader, fixture.Connections).ScanAsync("0", null, [], default);
        Assert.Equal(["1", "2"], scan.Rows.Keys.Order());
        Assert.True(scan.NextTransaction >= scan.OldestRunning && scan.OldestRunning > 1);
        var states = new List<RowState>();
        await foreach (var some in new SourceScanner(reader, fixture.Connections).StatesAsync(10, default))
            states.AddRange(some);
        Assert.Equal(["1", "2"], states.Select(s => s.Id));
        Assert.Equal(2, (await new LineageQueries(source, fixture.Connections).GetPipelineStatsAsync("1"))!.Run.Total);
        Assert.Equal(2, (await new LineageQueries(await fixture.ProbedAsync(Tasks with { RunKey = "key" }), fixture.Connections).GetPipelineStatsAsync("1"))!.Run.Total);
        Assert.Contains($"Problem ids: {bad.Sentence} They are left out; all others are read.", await fixture.DoctorAsync(Tasks));

        await fixture.Database.ExecuteAsync("delete from tasks where id is null");
        Assert.Equal([""], (await reader.ReadAsync(["", "1"], default)).Absent);
        Assert.DoesNotContain(await fixture.DoctorAsync(Tasks), c => c.StartsWith("Problem", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Inference_goes_on_past_rows_that_can_t_be_read_and_says_so()
    {
        await using var fixture = await TasksTable.CreateAsync(Table);
        await fixture.Database.ExecuteAsync("""
            alter table tasks add primary key (id);
            insert into tasks (id, kind, payload) values (1, 'a', '{"movie": 7}'), (2, 'b', '{"movie": 7}'), (3, 'b', '{"movie":7,"x":"\u0000"}'), (4, 'b', '{"movie": 7}')
            """);
        // The parent of row 3 can't be read, and of row 4 not the arguments, which only inference asks for.
        var mapping = Tasks with { Args = "case id when 4 then ('x' || payload::text)::json else payload end" };
        var run = (await new InferenceQueries(await fixture.ProbedAsync(mapping), fixture.Connections, new()).InferAsync("1", "movie"))!;
        Assert.Equal(1, run.Window.Examined);
        Assert.Contains(run.Notes, n => n.StartsWith("ParentId of row 3 can't be read: unsupported Unicode escape sequence (22P05).", StringComparison.Ordinal));
        Assert.Contains(run.Notes, n => n.StartsWith("Args of row 4 can't be read: invalid input syntax for type json (22P02).", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_mended_is_no_longer_called_bad_and_many_may_ask_at_once()
    {
        await using var fixture = await TasksTable.CreateAsync(Table);
        await fixture.Database.ExecuteAsync("""insert into tasks (id, payload) values (1, '{}'), (2, '{"parent": 1}'), (3, '{"x":"\u0000"}'), (4, '{"x":"\u0000"}')""");
        var queries = new LineageQueries(await fixture.ProbedAsync(Tasks), fixture.Connections);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => queries.GetPipelineStatsAsync("1")));
        Assert.All(answers, a => Assert.Equal(2, a!.Run.Total));
        Assert.Equal(["3", "4"], queries.BadRows.Select(b => b.Id).Distinct().Order());
        await fixture.Database.ExecuteAsync("""update tasks set payload = '{"parent": 1}' where id = 4""");
        Assert.Equal(3, (await queries.GetPipelineStatsAsync("1"))!.Run.Total);
        Assert.Equal(["3"], queries.BadRows.Select(b => b.Id).Distinct());
    }

    [Fact]
    public async Task What_is_read_directly_is_of_the_source_s_own_moment()
    {
        await using var fixture = await TasksTable.CreateAsync(Table);
        await fixture.Database.ExecuteAsync("insert into tasks (id) values (1)");
        var source = await fixture.ProbedAsync(Tasks);
        var elsewhere = new TestClock(new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var before = await fixture.Database.ScalarAsync<DateTime>("select now()");
        var queries = new LineageQueries(source, fixture.Connections, elsewhere);
        var asOf = new[]
        {
            (await queries.GetPipelineStatsAsync("1"))!.Run.AsOf, (await queries.GetJobTreeAsync("1"))!.Run.AsOf, queries.LastMoment!.AsOf!.Value,
            (await new InferenceQueries(source, fixture.Connections, new()).InferAsync("1"))!.Run.AsOf,
        };
        var after = await fixture.Database.ScalarAsync<DateTime>("select now()");
        Assert.All(asOf, at => Assert.InRange(at.UtcDateTime, before.ToUniversalTime(), after.ToUniversalTime()));
    }

    [Fact]
    public async Task Doctor_names_states_that_the_mapping_does_not_know()
    {
        await using var fixture = await TasksTable.CreateAsync(Table);
        await fixture.Database.ExecuteAsync("insert into tasks (id, status) select i, case when i <= 3 then 'paused' when i = 4 then 'token=hunter2' else 'completed' end from generate_series(1, 10) i");
        var said = await fixture.DoctorAsync(Tasks);
        Assert.Contains("Problem states: 3 of the rows of public.tasks that were read are in state 'paused', which the mapping does not know: they are passed over. Map it with JobLineage:Sources:tasks:States:paused.", said);
        Assert.Contains(said, c => c.StartsWith("Problem states: 1 of the rows of public.tasks that were read is in state 'token=[redacted]'", StringComparison.Ordinal));
        Assert.DoesNotContain(said, c => c.StartsWith("Good rows", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Doctor_sees_that_a_time_of_any_precision_has_no_zone_and_a_bad_row_stops_it_nowhere()
    {
        await using var fixture = await TasksTable.CreateAsync(Table);
        await fixture.Database.ExecuteAsync("insert into tasks (id, at) values (1, now() at time zone 'Asia/Tokyo')");
        Assert.Contains(await fixture.DoctorAsync(Tasks), c => c.StartsWith("Problem time zone: InsertedAt has no time zone and is read as UTC, by which the newest job was inserted 9 hours", StringComparison.Ordinal));
        await fixture.Database.ExecuteAsync("insert into tasks (id, key) values (2, 'no time')");
        var said = await fixture.DoctorAsync(Tasks with { InsertedAt = "case id when 2 then key::timestamp(3) else at end" });
        Assert.Contains(said, c => c.StartsWith("Advice time zone: InsertedAt has no time zone and is read as UTC; whether that is right can't be told from the newest rows: invalid input syntax for type timestamp: \"no time\" (22007).", StringComparison.Ordinal));
        Assert.Contains(said, c => c.StartsWith("Advice statements: ", StringComparison.Ordinal) && c.Contains("meet a row that they can't read"));
        Assert.Contains(said, c => c.StartsWith("Advice rows: InsertedAt of row 2 can't be read", StringComparison.Ordinal));
        Assert.DoesNotContain(said, c => c.StartsWith("Problem", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("App.Jobs.SyncJob", "SyncJob", true)]
    [InlineData("App.Jobs.SyncJob", "Jobs.SyncJob", true)]
    [InlineData("App.Jobs.SyncJob", "App.Jobs.SyncJob", true)]
    [InlineData("apple/rebuild_index", "rebuild_index", true)]
    [InlineData("apple/rebuild_index", "apple.rebuild_index", true)]
    [InlineData("jobs/sync.v1", "sync.v1", true)]
    [InlineData("App.Handle<My.Dto.Order>", "Handle<Order>", true)]
    [InlineData("App.Handle<My.Dto.Order>", "Handle<My.Dto.Order>", true)]
    [InlineData("App.ResyncJob", "SyncJob", false)]
    [InlineData("App.SyncJob.Retry", "SyncJob", false)]
    [InlineData("SyncJob", "App.SyncJob", false)]
    [InlineData("App.Handle<My.Dto.Order>", "Handle<Orders>", false)]
    public async Task A_worker_is_meant_by_the_same_names_wherever_one_is_configured(string worker, string name, bool isMeant)
    {
        Assert.Equal(isMeant, Workers.IsNamed(worker, name));
        var options = new Core.Diagnosis.DiagnosisOptions
        {
            Workers = new Dictionary<string, Core.Diagnosis.StuckLimits> { [name] = new() { After = TimeSpan.FromHours(9) } },
        };
        Assert.Equal(isMeant, options.StuckAfterFor("tasks", worker) == TimeSpan.FromHours(9));
        await using var fixture = await TasksTable.CreateAsync(Table);
        await fixture.Database.ExecuteAsync($"insert into tasks (id, kind) values (1, '{worker}')");
        var reader = new SourceReader(
            await fixture.ProbedAsync(Tasks with { ExpectedChildrenOf = new Dictionary<string, string> { [name] = "7" } }), fixture.Connections, new());
        Assert.Equal(isMeant ? 7 : null, (await reader.ReadAsync(["1"], default)).Jobs.Single().ExpectedChildren);
    }
}
