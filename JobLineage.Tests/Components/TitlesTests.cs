using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Components;

public class TitlesTests
{
    [Theory]
    [InlineData("EventasaurusDiscovery.Sources.KinoKrakow.Jobs.SyncJob", "KinoKrakow")]
    [InlineData("EventasaurusDiscovery.Geocoding.GeocodeJob", "Geocoding")]
    [InlineData("EventasaurusApp.Workers.NotifyJob", null)]
    [InlineData("App.SyncJob", null)]
    [InlineData("apple/refresh_catalog", "apple")]
    [InlineData("mail", null)]
    [InlineData("", null)]
    [InlineData("..", null)]
    public void A_family_tells_workers_of_one_name_apart(string worker, string? family) => Assert.Equal(family, Show.Family(worker));

    [Theory]
    [InlineData(RunState.Running, "▶ KinoKrakow SyncJob 1 · Job Lineage")]
    [InlineData(RunState.Stuck, "⧗ KinoKrakow SyncJob 1 · Job Lineage")]
    [InlineData(RunState.Failing, "✗ KinoKrakow SyncJob 1 · Job Lineage")]
    [InlineData(RunState.Failed, "✗ KinoKrakow SyncJob 1 · Job Lineage")]
    [InlineData(RunState.Finished, "✓ KinoKrakow SyncJob 1 · Job Lineage")]
    public void A_tab_says_the_state_before_the_name(RunState state, string title) =>
        Assert.Equal(title, Titles.Of(SomeRuns.Run() with { State = state, Worker = "App.Sources.KinoKrakow.Jobs.SyncJob" }));
}
