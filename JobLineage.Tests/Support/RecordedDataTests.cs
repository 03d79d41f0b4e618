namespace JobLineage.Tests.Support;

public sealed class RecordedDataTests
{
    public static TheoryData<string, long> Oban => new() { { "run1_mid", 619 }, { "run1_end", 848 }, { "run1_pruned", 666 } };

    [Theory, MemberData(nameof(Oban))]
    public async Task Recorded_oban_rows_load_whole_and_into_a_schema_that_needs_quoting(string name, long jobs)
    {
        var data = new[] { RecordedData.ObanMid, RecordedData.ObanEnd, RecordedData.ObanPruned }.Single(d => d.Name == name);
        await using var database = await TestDatabase.CreateAsync();

        Assert.Equal(jobs, await data.LoadAsync(database, "tenant-2"));

        Assert.Equal(jobs, await database.ScalarAsync<long>("""select count(*) from "tenant-2".oban_jobs"""));
        Assert.True(await database.ScalarAsync<long>("""select nextval('"tenant-2".oban_jobs_id_seq')""") > jobs);
        var truth = data.ReadTruth();
        Assert.Equal("60", truth.Root);
        Assert.All(truth.Stages, stage => Assert.Equal(stage.Total, stage.Counts.Values.Sum()));
    }

    [Fact]
    public async Task Recorded_research_jobs_load_with_their_bytes()
    {
        await using var database = await TestDatabase.CreateAsync();

        Assert.Equal(73, await RecordedData.ResearchMid.LoadAsync(database));
        Assert.Equal(40, await RecordedData.ResearchRetrying.LoadAsync(database, "other"));

        Assert.Equal(10, await database.ScalarAsync<long>("select count(*) from research_jobs where status = 'dead'"));
        Assert.True(await database.ScalarAsync<bool>("select exists (select from research_jobs where last_error like '%' || chr(13) || chr(10) || '%')"));
    }
}
