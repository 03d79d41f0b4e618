using Bunit;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Runs;
using JobLineage.Dashboard.Components.Shared;
using JobLineage.Dashboard.Live;
using JobLineage.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Components;

public sealed class TimeAgoTests : BunitContext
{
    private readonly ManualTimeProvider time = new();

    public TimeAgoTests()
    {
        Services.AddSingleton<TimeProvider>(time);
        Services.AddScoped<PageClock>();
    }

    [Fact]
    public void What_has_happened_is_never_ahead_and_what_is_due_may_be()
    {
        var later = time.GetUtcNow().AddSeconds(5);
        Assert.Equal("now", Render<TimeAgo>(p => p.Add(c => c.At, later)).Find("time").TextContent);
        Assert.Equal("in 5 s", Render<TimeAgo>(p => p.Add(c => c.At, later).Add(c => c.MayBeAhead, true)).Find("time").TextContent);
        Assert.Equal("5 s ago", Render<TimeAgo>(p => p.Add(c => c.At, time.GetUtcNow().AddSeconds(-5))).Find("time").TextContent);
    }

    [Theory]
    [InlineData(new long[] { 0, 0, 10, 10, 10 }, "None finished in the last 2 minutes; 30 in the 3 before")]
    [InlineData(new long[] { 0, 10, 10, 5, 5 }, "6 finished a minute over the last 5 minutes.")]
    [InlineData(new long[] { 0, 0, 0, 0, 0 }, "None finished in the last 5 minutes")]
    public void A_stage_that_has_stopped_claims_no_pace(long[] perMinute, string expected)
    {
        var stage = SomeRuns.Stage("SyncJob", new StateCounts(Available: 7));
        Assert.StartsWith(expected, PaceWords.Of(new StageEvidence("SyncJob", SomeRuns.Noon, null, null, 0, 0, perMinute, null, [], 0, null, null!), stage));
    }
}
