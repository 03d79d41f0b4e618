using JobLineage.Tests.Support;

namespace JobLineage.Tests.Browser;

/// <summary>What the page shows of runs that were counted independently.</summary>
[Collection(HappeningCollection.Name)]
public sealed class RecordedRunPageTests(Chromium chromium)
{
    [Theory]
    [InlineData("mid")]
    [InlineData("end")]
    [InlineData("pruned")]
    public async Task The_stages_and_counts_of_a_recorded_run_are_on_its_page_exactly(string moment)
    {
        var data = moment switch { "mid" => RecordedData.ObanMid, "end" => RecordedData.ObanEnd, _ => RecordedData.ObanPruned };
        var truth = StageLines.Of(data.ReadTruth());
        await using var dashboard = await LiveDashboard.StartAsync(data);

        // Before any script, as a search in the page's source or a script without a browser would see it.
        Assert.Equal(truth, StageLines.Of(await dashboard.Client.GetStringAsync("/runs/oban/60")));
        Assert.Equal(truth, StageLines.Of(await dashboard.Client.GetStringAsync("/runs/oban/60?tab=tree")));

        await using var tab = await chromium.OpenAsync(dashboard.Address);
        await tab.GoAsync("/runs/oban/60");
        Assert.Equal(truth, await tab.StageLinesAsync());
        await tab.Page.Keyboard.PressAsync("t");
        await tab.Page.Locator(".tree table").WaitForAsync();
        Assert.Equal(truth, await tab.StageLinesAsync());
        Assert.Empty(tab.Complaints);
    }
}
