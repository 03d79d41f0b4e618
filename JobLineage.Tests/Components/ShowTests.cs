using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Components.Runs;
using JobLineage.Dashboard.Components.Shared;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Components;

public sealed class ShowTests
{
    [Theory]
    [InlineData(89, 1, "89 · ×89")]
    [InlineData(1_238, 1_111, "1,238 · ×1.1")]
    [InlineData(1, 1_000, "1 · ×<0.1")]
    [InlineData(54_451, 108, "54,451 · ×504")]
    [InlineData(7, 0, "7")]
    public void An_edge_tells_jobs_and_jobs_per_parent(long jobs, long parents, string text)
    {
        Assert.Equal(text, Show.FanOut(jobs, parents));
    }

    [Theory]
    [InlineData("{\"a\":1}", "{\n  \"a\": 1\n}")]
    [InlineData("{\"a\": \"cut he", "{\"a\": \"cut he")]
    public void Json_is_indented_and_what_is_not_json_stays_as_it_is(string text, string shown)
    {
        Assert.Equal(shown, Show.Json(text).ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData(FeedState.Live, 0, HubConnection.Connected, "as of 12:00:00 UTC · live", "ok")]
    [InlineData(FeedState.Polling, 2, HubConnection.Connected, "as of 12:00:00 UTC · polling", "ok")]
    [InlineData(FeedState.Polling, 41, HubConnection.Connected, "as of 12:00:00 UTC · 41 s behind · polling", "late")]
    [InlineData(FeedState.Stopped, 41, HubConnection.Connected, "as of 12:00:00 UTC · 41 s behind · stopped", "lost")]
    [InlineData(FeedState.Reconnecting, 41, HubConnection.Connected, "as of 12:00:00 UTC · 41 s behind · reconnecting…", "lost")]
    [InlineData(FeedState.Live, 41, HubConnection.Connected, "as of 12:00:00 UTC · 41 s behind · live", "late")]
    [InlineData(FeedState.Live, 0, HubConnection.Disconnected, "as of 12:00:00 UTC · 0 s behind · reconnecting…", "lost")]
    public void A_page_says_how_fresh_it_is(FeedState feed, int late, HubConnection connection, string text, string css)
    {
        var status = new SourceStatus("oban", feed, SomeRuns.Noon, null, 0, 0);

        var line = FreshnessLine.Of(status, SomeRuns.Noon, connection, null, SomeRuns.Noon.AddSeconds(late));

        Assert.Equal((text, css), (line.Text, line.Css));
    }

    [Fact]
    public void A_run_that_has_not_changed_is_as_fresh_as_its_source()
    {
        var status = new SourceStatus("oban", FeedState.Live, SomeRuns.Noon.AddHours(3), null, 0, 0);

        var line = FreshnessLine.Of(status, SomeRuns.Noon, HubConnection.Connected, null, SomeRuns.Noon.AddHours(3));

        Assert.Equal("as of 15:00:00 UTC · live", line.Text);
    }

    [Fact]
    public void The_tree_lists_children_below_their_parents_with_guides()
    {
        var rows = StageRows.Of(SomeRuns.Run());

        Assert.Equal(
            ["SyncJob", "└─ MoviePageJob", "   ├─ MovieDetailJob", "   └─ ShowtimeProcessJob"],
            rows.Select(row => row.Guide + row.Stage.Name));
        Assert.Equal(["", "×108", "×11.5", "×0.5"], rows.Select(row => row.PerParent));
        Assert.Equal([false, true, false, false], rows.Select(row => row.Recurs));
    }

    [Fact]
    public void The_tree_loses_no_stage_whose_parent_is_not_in_the_run()
    {
        var run = SomeRuns.Run();

        Assert.Equal(3, StageRows.Of(run with { Stages = [.. run.Stages.Skip(1)] }).Count);
    }

    [Fact]
    public void Addresses_escape_what_ids_may_hold()
    {
        Assert.Equal("runs/o%20b/a%3Fb/c%23d?stage=A%2FB%26C", Urls.Run("o b", "a?b/c#d", stage: "A/B&C"));
        Assert.All((string[])["..", ".", "../../admin", "a/../b", "a/."], id => Assert.StartsWith("/jobs/oban/", new Uri(new("http://here/"), Urls.Job("oban", id)).AbsolutePath));
    }
}
