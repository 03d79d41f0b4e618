using JobLineage.Core.Lineage;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;

namespace JobLineage.Tests.Lineage;

public sealed class ParentLinkTests
{
    public enum Index
    {
        Meta,
        Advised,
        None,
    }

    public static TheoryData<Index> Indexes => [Index.Meta, Index.Advised, Index.None];

    [Theory]
    [MemberData(nameof(Indexes))]
    public async Task A_parent_is_named_by_number_or_by_string_and_by_nothing_else(Index index)
    {
        await using var fixture = await CreateAsync(index,
            (7, null, "A", "completed"), (10, "7", "B", "completed"), (11, "\"7\"", "B", "completed"), (12, "\"07\"", "B", "completed"),
            (13, "7.0", "B", "completed"), (14, "\"manual\"", "B", "completed"), (15, "null", "B", "completed"), (16, "[7]", "B", "completed"),
            (17, "{\"parent_job_id\": 7}", "B", "completed"), (18, "\"99999999999999999999\"", "B", "completed"), (19, "\" 7\"", "B", "completed"));
        var queries = await fixture.QueriesAsync();
        Assert.Equal(["7", "10", "11"], Ids(await queries.GetJobTreeAsync("11")));
        Assert.Equal(["10", "11"], (await queries.GetChildrenAsync("7"))!.Jobs.Select(j => j.Id));
        foreach (var single in (string[])["12", "13", "14", "15", "16", "17", "18", "19"])
        {
            Assert.Equal([single], Ids(await queries.GetJobTreeAsync(single)));
            Assert.Empty((await queries.GetAncestorsAsync(single))!.Ancestors);
        }
    }

    [Theory]
    [MemberData(nameof(Indexes))]
    public async Task A_parent_that_is_not_there_is_the_root_of_all_who_name_it(Index index)
    {
        await using var fixture = await CreateAsync(index,
            (10, "5", "App.B", "completed"), (11, "\"5\"", "App.B", "discarded"), (12, "10", "App.C", "available"), (13, "6", "App.B", "available"));
        var queries = await fixture.QueriesAsync();
        foreach (var id in (string[])["5", "10", "12"])
        {
            var tree = (await queries.GetJobTreeAsync(id))!;
            Assert.Equal(["5", "10", "11", "12"], Ids(tree));
            Assert.True(tree.Root.Job.IsMissing);
            Assert.True(tree.Run.RootIsMissing);
            Assert.Equal(3, tree.Run.Total);
            Assert.Equal(("?", "", 0L), (tree.Run.Stages[0].Path, tree.Run.Stages[0].Worker, tree.Run.Stages[0].Total));
            Assert.Equal(["?", "?/B", "?/B/C"], tree.Run.Stages.Select(s => s.Path));
        }

        Assert.Equal(["10", "11"], (await queries.GetChildrenAsync("5"))!.Jobs.Select(j => j.Id));
        Assert.True((await queries.GetChildrenAsync("5"))!.Parent.IsMissing);
        Assert.Equal(["5", "10"], (await queries.GetAncestorsAsync("12"))!.Ancestors.Select(j => j.Id));
        Assert.Empty((await queries.GetAncestorsAsync("5"))!.Ancestors);
        Assert.Equal(["10", "12"], Ids(await queries.GetJobTreeAsync("10", fromHere: true)));
        Assert.Null(await queries.GetJobTreeAsync("4"));
        Assert.Null(await queries.GetChildrenAsync("4"));
        Assert.Null(await queries.GetAncestorsAsync("4"));
        Assert.Null(await queries.GetPipelineStatsAsync("no number"));
    }

    [Theory]
    [MemberData(nameof(Indexes))]
    public async Task The_lowest_id_of_a_circle_is_its_root_and_its_own_link_is_not_followed(Index index)
    {
        // 9 → 20 → 100 → 9, with a tail below 100; 9 is lowest by number, not by text.
        await using var fixture = await CreateAsync(index,
            (9, "100", "A", "completed"), (20, "9", "B", "completed"), (100, "20", "C", "completed"), (101, "100", "D", "completed"), (50, "50", "S", "completed"), (51, "50", "T", "completed"));
        var queries = await fixture.QueriesAsync();
        foreach (var id in (string[])["9", "20", "100", "101"])
        {
            var tree = (await queries.GetJobTreeAsync(id))!;
            Assert.Equal(["9", "20", "100", "101"], Ids(tree));
            Assert.True(tree.Root.Job.IsCycleCut);
            Assert.Equal(1, tree.Run.Stages[0].CycleCuts);
            Assert.Equal("A/B/C/D", tree.Run.Stages[^1].Path);
        }

        Assert.Equal(["100", "101"], Ids(await queries.GetJobTreeAsync("100", fromHere: true)));
        Assert.Equal(["101"], (await queries.GetChildrenAsync("100"))!.Jobs.Select(j => j.Id));
        Assert.Equal(["20"], (await queries.GetChildrenAsync("9"))!.Jobs.Select(j => j.Id));
        Assert.Equal(["9", "20", "100"], (await queries.GetAncestorsAsync("101"))!.Ancestors.Select(j => j.Id));
        Assert.Empty((await queries.GetAncestorsAsync("9"))!.Ancestors);
        Assert.Equal(["50", "51"], Ids(await queries.GetJobTreeAsync("51")));
        Assert.Equal(["51"], (await queries.GetChildrenAsync("50"))!.Jobs.Select(j => j.Id));
    }

    [Theory]
    [MemberData(nameof(Indexes))]
    public async Task A_chain_of_thousands_has_one_stage_when_its_worker_recurs(Index index)
    {
        await using var fixture = await CreateAsync(index);
        await fixture.Database.ExecuteAsync(
            "insert into oban_jobs (id, worker, meta) select i, 'App.Page', case when i > 1 then jsonb_build_object('parent_job_id', i - 1) else '{}' end from generate_series(1, 1500) i");
        await fixture.Database.ExecuteAsync("analyze oban_jobs");
        var tree = (await (await fixture.QueriesAsync()).GetJobTreeAsync("1400"))!;
        Assert.Equal(1500, tree.Nodes[^1].Depth);
        Assert.Equal(1500, Assert.Single(tree.Run.Stages).Total);
        Assert.Equal([new StageEdge("Page", "Page", 1499)], tree.Run.Edges);
    }

    [Theory]
    [MemberData(nameof(Indexes))]
    public async Task Rows_in_a_state_that_is_not_known_are_as_if_they_were_not_there(Index index)
    {
        await using var fixture = await CreateAsync(index,
            (1, null, "A", "completed"), (2, "1", "B", "suspended"), (3, "2", "C", "completed"), (4, "1", "B", "completed"));
        var mapping = Presets.Oban("oban");
        mapping = mapping with { States = mapping.States.Where(s => s.Key != "suspended").ToDictionary() };
        var queries = await fixture.QueriesAsync(mapping);
        var top = (await queries.GetJobTreeAsync("1"))!;
        Assert.Equal(["1", "4"], Ids(top));
        Assert.Equal(1, top.PassedOver["suspended"]);
        foreach (var id in (string[])["2", "3"])
        {
            var below = (await queries.GetJobTreeAsync(id))!;
            Assert.Equal(["2", "3"], Ids(below));
            Assert.True(below.Root.Job.IsMissing);
        }

        Assert.Equal(["2"], (await queries.GetAncestorsAsync("3"))!.Ancestors.Select(j => j.Id));
        Assert.Equal(["4"], (await queries.GetChildrenAsync("1"))!.Jobs.Select(j => j.Id));
    }

    private static async Task<LineageFixture> CreateAsync(Index index, params (long, string?, string, string)[] rows)
    {
        var fixture = await LineageFixture.ObanAsync(rows);
        if (index == Index.Advised)
            await fixture.AddAdvisedIndexAsync();
        else if (index == Index.None)
            await fixture.DropMetaIndexAsync();
        return fixture;
    }

    private static IEnumerable<string> Ids(JobTree? tree) => tree!.Nodes.Select(n => n.Job.Id);
}
