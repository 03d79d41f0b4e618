using JobLineage.Core.Lineage;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Engines;
using JobLineage.Tests.Lineage;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Sources;

public sealed class SourceReaderTests
{
    [Fact]
    public async Task Huge_errors_are_cut_one_by_one_and_the_newest_is_still_the_last()
    {
        await using var fixture = await LineageFixture.ObanAsync((1, null, "A", "discarded"), (2, null, "A", "completed"));
        await fixture.Database.ExecuteAsync(
            """
            update oban_jobs set errors = array[
                '{"attempt": 1, "at": "2026-11-22T10:00:00.000001Z", "error": "dropped: only five are read"}', '"no object"', '{"attempt": 3}',
                jsonb_build_object('attempt', 4, 'at', '2026-11-22T10:00:03Z', 'error', repeat('x', 200000)),
                jsonb_build_object('attempt', 5, 'at', '2026-11-22T10:00:04Z', 'error', repeat('y', 200000)),
                '{"attempt": 6, "at": "2026-11-22T10:00:05Z", "error": "the newest"}'] where id = 1
            """);
        var reader = new SourceReader((await fixture.QueriesAsync()).Source, fixture.Connections, new Redaction());
        var jobs = (await reader.ReadAsync(["1", "2"], default)).Jobs.OrderBy(j => j.Id).ToList();
        Assert.Equal([0, 3, 4, 5, 6], jobs[0].Errors.Select(e => e.Attempt));
        Assert.Equal("the newest", jobs[0].Errors[^1].Message);
        Assert.Equal(8192, jobs[0].Errors[2].Message.Length);
        Assert.Empty(jobs[1].Errors);
    }

    [Theory]
    [InlineData("job.payload->'parents'", false)]
    [InlineData("(job.payload->'parents')::json", false)]
    [InlineData("job.payload->>'parents'", false)]
    [InlineData("job.payload->'parents'", true)]
    [InlineData("(job.payload->'parents')::json", true)]
    [InlineData("job.payload->>'parents'", true)]
    public async Task Of_very_many_parents_the_first_are_read_and_not_none(string parents, bool areLong)
    {
        // As numbers each twice, and more of them than a value's beginning holds; as text each so long that fewer than are kept fit into that.
        await using var fixture = await TasksTable.CreateAsync($"""
            create table tasks (id {(areLong ? "text" : "bigint")} primary key, status text not null, kind text not null, payload jsonb);
            insert into tasks values ('7', 'available', 'sync', (select jsonb_build_object('parents', jsonb_agg({(areLong ? "n || repeat('x', 3000)" : "1000000 + n / 2")} order by n)) from generate_series(2, 20000) n where {(areLong ? "n < 200" : "true")}))
            """);
        var source = await fixture.ProbedAsync(TasksTable.Mapping with { Parents = parents });
        var job = Assert.Single((await new SourceReader(source, fixture.Connections, new Redaction()).ReadAsync(["7"], default)).Jobs);
        var direct = (await new LineageQueries(source, fixture.Connections).GetChildrenAsync("7"))!.Parent;
        // Two more than are kept: one may be the parent in the tree, and one says that there are more.
        Assert.Equal(areLong ? 21 : FurtherParents.Most + 2, job.Parents.Count);
        Assert.Equal(areLong ? "2" + new string('x', 3000) : "1000001", job.Parents[0]);
        Assert.Equal(job.Parents.Take(FurtherParents.Most), direct.Parents);
    }

    [Theory]
    [InlineData("'[1, [2, 3], {\"a\": [4]}, \"5\", null, true, 1]'", "1 5")]
    [InlineData("'{\"a\": 1}'", "")]
    [InlineData("'1'", "")]
    [InlineData("'null'", "")]
    [InlineData("null::text", "")]
    public async Task What_is_no_id_is_none_of_them_whatever_type_holds_it(string value, string expected)
    {
        await using var fixture = await TasksTable.CreateAsync("create table tasks (id bigint primary key, status text not null, kind text not null); insert into tasks values (7, 'available', 'sync')");
        foreach (var type in new[] { "jsonb", "json", "text" })
        {
            var source = await fixture.ProbedAsync(TasksTable.Mapping with { Parents = $"({value})::{type}" });
            var rows = await new SourceReader(source, fixture.Connections, new Redaction()).ReadAsync(["7"], default);
            Assert.Empty(rows.Bad);
            Assert.Equal((type, expected), (type, string.Join(' ', Assert.Single(rows.Jobs).Parents)));
        }
    }

    [Theory]
    [InlineData("[1, 2")]
    [InlineData("no json")]
    [InlineData("[\"a\\q\"]")]
    [InlineData("")]
    public async Task Text_that_is_no_json_has_no_parents_and_puts_no_row_aside(string value)
    {
        await using var fixture = await TasksTable.CreateAsync("create table tasks (id bigint primary key, status text not null, kind text not null); insert into tasks values (7, 'available', 'sync')");
        var source = await fixture.ProbedAsync(TasksTable.Mapping with { Parents = $"{SourceMapping.Literal(value)}::text" });
        var rows = await new SourceReader(source, fixture.Connections, new Redaction()).ReadAsync(["7"], default);
        Assert.Empty(rows.Bad);
        Assert.Empty(Assert.Single(rows.Jobs).Parents);
    }

    [Fact]
    public async Task A_table_is_read_whole_in_the_order_of_its_ids_by_number()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanEnd);
        var reader = new SourceReader((await fixture.QueriesAsync()).Source, fixture.Connections, new Redaction());
        var (ids, errors) = (new List<long>(), 0);
        await foreach (var chunk in reader.StreamAsync(null, 100, default))
        {
            ids.AddRange(chunk.Jobs.Select(j => long.Parse(j.Id)));
            errors += chunk.Jobs.Sum(j => j.Errors.Count(e => e.At is null || e.Attempt == 0));
        }

        Assert.Equal(0, errors);
        Assert.Equal(848, ids.Count);
        Assert.Equal(ids.Order().Distinct(), ids);
    }
}
