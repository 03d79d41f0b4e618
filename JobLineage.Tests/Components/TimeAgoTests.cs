using Bunit;
using JobLineage.Core.Alerts;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Digests;
using JobLineage.Dashboard.Components.Jobs;
using JobLineage.Dashboard.Components.Runs;
using JobLineage.Dashboard.Components.Shared;
using JobLineage.Dashboard.Live;
using JobLineage.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Components;

public sealed class TimeAgoTests : BunitContext
{
    private readonly TestClock time = new();

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

    [Fact]
    public void What_a_jobs_row_and_a_finding_say_has_happened_is_not_ahead_either()
    {
        var later = time.GetUtcNow().AddMinutes(5);
        var job = new Job { Source = "oban", Id = "1", State = JobState.Scheduled, InsertedAt = later, ScheduledAt = later.AddHours(2) };
        Assert.Equal(["now", "in 2 h"], Render<JobTimelineView>(p => p.Add(c => c.Job, job)).FindAll("time").Select(t => t.TextContent));
        var finding = new Finding(FindingKind.Waiting, "SyncJob", "It waits.", new Dictionary<string, object?> { ["since"] = later, ["until"] = later }, []);
        var item = Render<FindingItem>(p => p.Add(c => c.Finding, finding).Add(c => c.Run, SomeRuns.Run()).Add(c => c.StageHref, s => s));
        Assert.Equal(["now", "in 5 min"], item.FindAll("time").Select(t => t.TextContent));
        Assert.Equal("in time, last success now", DigestWords.Describe(new OverdueState(new("oban", "SyncJob", TimeSpan.FromDays(1)), "SyncJob", later, false, true, false, null), time.GetUtcNow()));
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
