using JobLineage.Core.Sources;
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
