using System.Text.Json;
using System.Text.Json.Nodes;
using JobLineage.Core.Export;
using JobLineage.Core.Lineage;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Lineage;

/// <summary>The direct queries over what real queues wrote.</summary>
[Takes(100)]
public sealed class RecordedRunsTests
{
    public static TheoryData<string> ObanMoments => ["mid", "end", "pruned"];

    [Theory]
    [MemberData(nameof(ObanMoments))]
    public async Task The_stages_of_a_recorded_run_are_what_was_counted_independently(string moment)
    {
        await using var fixture = await LineageFixture.CreateAsync(Data(moment));
        var stats = await (await fixture.QueriesAsync()).GetPipelineStatsAsync("60");

        var expected = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Data", "oban", $"run1_{moment}.truth.json")))!;
        var actual = JsonNode.Parse(ContractJson.Line(StatsAnswer.Of(stats!.Run)))!;
        Assert.Equal("oban", actual["source"]!.GetValue<string>());
        Assert.Equal(expected["root"]!.ToJsonString(), actual["root"]!.ToJsonString());
        Assert.Equal(InStateOrder(expected["stages"]!), actual["stages"]!.ToJsonString());
        Assert.Empty(stats.PassedOver);
    }

    [Theory]
    [MemberData(nameof(ObanMoments))]
    public async Task Every_index_there_may_be_gives_the_same_answers_for_every_job(string moment)
    {
        await using var fixture = await LineageFixture.CreateAsync(Data(moment));
        var ids = (await fixture.Database.ScalarAsync<long[]>("select array_agg(id order by id) from oban_jobs where id % 7 = 0 or id = 60"))!;
        var contained = await AnswersAsync(await fixture.QueriesAsync(), ids);
        await fixture.AddAdvisedIndexAsync();
        Assert.Equal(contained, await AnswersAsync(await fixture.QueriesAsync(), ids));
        await fixture.Database.ExecuteAsync("drop index advised");
        await fixture.DropMetaIndexAsync();
        Assert.Equal(contained, await AnswersAsync(await fixture.QueriesAsync(), ids));
    }

    [Fact]
    public async Task Any_job_of_a_run_answers_with_its_run()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanEnd);
        var queries = await fixture.QueriesAsync();
        var tree = (await queries.GetJobTreeAsync("60"))!;
        Assert.Equal("60", tree.Root.Job.Id);
        Assert.Equal(tree.Run.Total, tree.Nodes.Count);
        var leaf = tree.Nodes[^1].Job.Id;
        var fromLeaf = (await queries.GetJobTreeAsync(leaf))!;
        Assert.Equal(tree.Nodes.Select(n => (n.Job.Id, n.Stage)), fromLeaf.Nodes.Select(n => (n.Job.Id, n.Stage)));
        Assert.Equal(leaf, Assert.Single((await queries.GetJobTreeAsync(leaf, fromHere: true))!.Nodes).Job.Id);
        var ancestors = (await queries.GetAncestorsAsync(leaf))!.Ancestors;
        Assert.Equal("60", ancestors[0].Id);
        Assert.Equal(tree.Nodes[^1].ParentId, ancestors[^1].Id);
        var children = (await queries.GetChildrenAsync("60"))!;
        Assert.Equal(89, children.Total);
        Assert.Equal(tree.ChildrenOf("60").Select(n => n.Job), children.Jobs);
    }

    [Fact]
    public async Task A_cut_list_says_so_and_its_counts_stay_exact()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanEnd);
        var queries = await fixture.QueriesAsync();
        var tree = (await queries.GetJobTreeAsync("60", limit: 10))!;
        Assert.True(tree.IsTruncated);
        Assert.Equal(10, tree.Nodes.Count);
        Assert.Equal(752, tree.TotalNodes);
        Assert.Equal(752, tree.Run.Total);
    }

    [Theory]
    [InlineData("31", "31", "albums/songs/artists/rebuild_index", "completed 1|completed 1|completed 1|completed 1")]
    [InlineData("34", "31", "albums/songs/artists/rebuild_index", "completed 1|completed 1|completed 1|completed 1")]
    [InlineData("36", "35", "albums/songs", "completed 1|discarded 1")]
    [InlineData("37", "37", "albums/songs", "completed 1|discarded 1")]
    [InlineData("41", "39", "albums/songs/artists/rebuild_index", "completed 1|completed 1|completed 1|completed 1")]
    [InlineData("73", "70", "albums/songs/artists/rebuild_index", "completed 1|completed 1|completed 1|available 1")]
    public async Task The_jobs_of_a_chain_are_stages_in_the_order_of_their_steps(string id, string root, string path, string counts)
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ResearchMid);
        var run = (await (await fixture.QueriesAsync(Presets.ResearchJobs("research"))).GetPipelineStatsAsync(id))!.Run;
        Assert.Equal(root, run.RootId);
        Assert.Equal(path, run.Stages[^1].Path);
        Assert.Equal(counts, string.Join('|', run.Stages.Select(s => TextTree.Counts(s.Counts))));
        Assert.Equal(Enumerable.Range(1, run.Stages.Count), run.Stages.Select(s => s.Depth));
        Assert.Equal("apple/refresh_catalog", run.Stages[0].Worker);
    }

    [Fact]
    public async Task A_chains_steps_are_each_others_parents()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ResearchMid);
        var queries = await fixture.QueriesAsync(Presets.ResearchJobs("research"));
        Assert.Equal(["70", "71", "72"], (await queries.GetAncestorsAsync("73"))!.Ancestors.Select(j => j.Id));
        Assert.Equal(["71"], (await queries.GetChildrenAsync("70"))!.Jobs.Select(j => j.Id));
        Assert.Equal(["72", "73"], (await queries.GetJobTreeAsync("72", fromHere: true))!.Nodes.Select(n => n.Job.Id));
    }

    [Fact]
    public async Task A_job_without_a_run_key_is_a_run_of_one()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ResearchMid);
        var tree = (await (await fixture.QueriesAsync(Presets.ResearchJobs("research"))).GetJobTreeAsync("1"))!;
        Assert.Equal("1", Assert.Single(tree.Nodes).Job.Id);
        Assert.Empty((await (await fixture.QueriesAsync(Presets.ResearchJobs("research"))).GetChildrenAsync("1"))!.Jobs);
    }

    [Fact]
    public async Task A_step_that_was_run_again_is_one_stage_and_its_last_job_is_the_parent()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ResearchMid);
        await fixture.Database.ExecuteAsync(
            """
            insert into research_jobs (id, source, job_type, target_type, target_id, payload, status)
            select 900, source, job_type, target_type, target_id, payload, 'dead' from research_jobs where id = 32
            """);
        var queries = await fixture.QueriesAsync(Presets.ResearchJobs("research"));
        var tree = (await queries.GetJobTreeAsync("31"))!;
        Assert.Equal(["31", "32", "900", "33", "34"], tree.Nodes.Select(n => n.Job.Id));
        Assert.Equal(["31", "900"], (await queries.GetAncestorsAsync("33"))!.Ancestors.Select(j => j.Id));
        Assert.Equal(new StageEdge("albums", "albums/songs", 2), tree.Run.Edges[0]);
    }

    private static RecordedData Data(string moment) => moment switch
    {
        "mid" => RecordedData.ObanMid,
        "end" => RecordedData.ObanEnd,
        _ => RecordedData.ObanPruned,
    };

    private static async Task<List<string>> AnswersAsync(LineageQueries queries, long[] ids)
    {
        var answers = new List<string>();
        foreach (var id in ids.Select(i => i.ToString()))
        {
            answers.Add(ContractJson.Line((await queries.GetJobTreeAsync(id))!.ToAnswer()));
            answers.Add(ContractJson.Line((await queries.GetChildrenAsync(id))!.ToAnswer()));
            answers.Add(ContractJson.Line((await queries.GetAncestorsAsync(id))!.ToAnswer()));
        }

        return answers;
    }

    private static string InStateOrder(JsonNode stages)
    {
        foreach (var stage in stages.AsArray())
        {
            var counts = stage!["counts"]!.AsObject();
            stage["counts"] = new JsonObject(JobStates.All.Select(s => s.Name()).Where(counts.ContainsKey)
                .Select(name => KeyValuePair.Create<string, JsonNode?>(name, counts[name]!.DeepClone())));
        }

        return stages.ToJsonString();
    }
}
