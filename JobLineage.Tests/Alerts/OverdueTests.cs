using JobLineage.Core.Alerts;

namespace JobLineage.Tests.Alerts;

/// <summary>A pipeline that did not finish in time is told of once, until it has.</summary>
public sealed class OverdueTests
{
    private static readonly OverdueRule Daily = new("oban", "SyncJob", TimeSpan.FromDays(1));

    [Fact]
    public async Task A_pipeline_without_a_success_in_time_makes_a_digest_by_itself_and_only_one()
    {
        await using var fixture = await CreateAsync(Daily);
        await RunAsync(fixture, 60, ageHours: 30);

        var message = (await fixture.MakeAsync())!;

        Assert.Equal("Overdue: SyncJob (oban), no success within 1 d", message.Subject);
        Assert.Contains("Overdue: SyncJob (oban) has not finished successfully within 1 d; the last time was ", message.Text);
        Assert.Contains("https://lineage.example.com/?source=oban&amp;worker=App.SyncJob", message.Html);
        Assert.Equal((0, 1), (message.Content.Failures, message.Content.Overdue.Count));
        Assert.Empty(message.References);
        Assert.Null(await fixture.MakeAsync());
        Assert.Equal(1, Assert.Single((await fixture.Reading(Daily).OverviewAsync(default)).Overdue).ToldIn);
    }

    [Fact]
    public async Task Of_makers_at_once_and_after_a_restart_one_tells()
    {
        await using var fixture = await CreateAsync(Daily);
        await RunAsync(fixture, 60, ageHours: 30);
        var made = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Maker(fixture, Daily).MakeAsync(null, keep: true, default))));
        Assert.Single(made, m => m is not null);
        Assert.Null(await Maker(fixture, Daily).MakeAsync(null, keep: true, default));
    }

    [Fact]
    public async Task A_success_ends_it_and_it_may_be_told_the_next_time()
    {
        await using var fixture = await CreateAsync(Daily);
        await RunAsync(fixture, 60, ageHours: 30);
        Assert.NotNull(await fixture.MakeAsync());
        await RunAsync(fixture, 70, ageHours: 1);
        Assert.Null(await fixture.MakeAsync());
        await AgeAsync(fixture, 70, hours: 29);
        Assert.NotNull(await fixture.MakeAsync());
        // And so when nobody looked while it was well.
        await RunAsync(fixture, 80, ageHours: 28);
        Assert.NotNull(await fixture.MakeAsync());
        Assert.Null(await fixture.MakeAsync());
    }

    [Fact]
    public async Task It_is_told_again_when_the_channel_refused_the_digest_that_said_it()
    {
        await using var fixture = await CreateAsync(Daily);
        await RunAsync(fixture, 60, ageHours: 30);
        var channel = new ScriptedChannel(new SendOutcome(SendResult.Rejected, "no"));
        await fixture.MakeAsync();
        await fixture.Sender(channel).PassAsync(default);
        Assert.Single((await fixture.MakeAsync())!.Content.Overdue);
        await fixture.Sender(channel).PassAsync(default);
        Assert.Null(await fixture.MakeAsync());
    }

    [Theory]
    [InlineData("completed", "completed", false)]
    [InlineData("completed", "discarded", false)]
    [InlineData("completed", "cancelled", false)]
    [InlineData("completed", "executing", true)]
    [InlineData("completed", "retryable", true)]
    [InlineData("discarded", "completed", true)]
    [InlineData("cancelled", "completed", true)]
    public async Task A_run_has_finished_successfully_when_its_root_completed_and_nothing_in_it_is_unfinished(string root, string child, bool isOverdue)
    {
        await using var fixture = await CreateAsync(Daily);
        await RunAsync(fixture, 60, ageHours: 1, root, child);
        Assert.Equal(isOverdue, Assert.Single((await fixture.Reading(Daily).OverviewAsync(default)).Overdue).IsOverdue);
    }

    [Fact]
    public async Task A_single_that_completed_is_a_success_too()
    {
        var rule = Daily with { Pipeline = "App.Nightly" };
        await using var fixture = await CreateAsync(rule);
        await fixture.Store.ObanJobsAsync((7, null, "App.Nightly", "completed"));
        await fixture.Store.SqlAsync("update oban_jobs set completed_at = now() at time zone 'utc' - interval '2 h' where id = 7");
        await fixture.Feed.TickAsync();
        await JudgeAsync(fixture);
        Assert.False(Assert.Single((await fixture.Reading(rule).OverviewAsync(default)).Overdue).IsOverdue);
        await fixture.Store.SqlAsync("update job_lineage.job set finished_at = now() - interval '30 h' where id = '7'");
        Assert.True(Assert.Single((await fixture.Reading(rule).OverviewAsync(default)).Overdue).IsOverdue);
    }

    [Fact]
    public async Task Nothing_is_said_of_a_source_that_was_not_followed_for_long_enough_or_is_not_read()
    {
        await using var fixture = await CreateAsync(Daily, new("other", "SyncJob", TimeSpan.FromDays(1)));
        await RunAsync(fixture, 60, ageHours: 30);
        await fixture.Store.SqlAsync("update job_lineage.source set since = now() - interval '23 h'");
        Assert.Null(await fixture.MakeAsync());
        // Read up to a moment at which it was not late yet.
        await fixture.Store.SqlAsync("update job_lineage.source set since = now() - interval '90 d', as_of = now() - interval '10 h'");
        Assert.Null(await fixture.MakeAsync());
        await fixture.Store.SqlAsync("update job_lineage.source set as_of = now()");
        Assert.NotNull(await fixture.MakeAsync());
    }

    [Fact]
    public async Task A_pipeline_that_never_was_seen_is_overdue_and_a_muted_one_waits_for_the_end_of_its_mute()
    {
        await using var fixture = await CreateAsync(Daily, Daily with { Pipeline = "App.Never" });
        await RunAsync(fixture, 60, ageHours: 30);
        await fixture.Mutes.MuteAsync(new("oban", "App.SyncJob"), TimeProvider.System.GetUtcNow().AddHours(1), "holiday", null, default);
        var line = Assert.Single((await fixture.MakeAsync())!.Content.Overdue);
        Assert.Equal(("App.Never", null), (line.Pipeline, line.LastAt));
        await fixture.Mutes.EndAsync(1, null, default);
        Assert.Equal("App.SyncJob", Assert.Single((await fixture.MakeAsync())!.Content.Overdue).Pipeline);
    }

    [Fact]
    public async Task A_dry_run_marks_nothing()
    {
        await using var fixture = await CreateAsync(Daily);
        await RunAsync(fixture, 60, ageHours: 30);
        Assert.NotNull(await Maker(fixture, Daily).MakeAsync(null, keep: false, default));
        Assert.NotNull(await fixture.MakeAsync());
    }

    private static async Task<DigestFixture> CreateAsync(params OverdueRule[] rules)
    {
        var fixture = await DigestFixture.CreateAsync();
        fixture.Maker = Maker(fixture, rules);
        return fixture;
    }

    private static DigestMaker Maker(DigestFixture fixture, params OverdueRule[] rules) =>
        new(fixture.Store.Store, DigestFixture.BaseUrl, null) { Overdue = rules };

    private static async Task RunAsync(DigestFixture fixture, long root, int ageHours, string rootState = "completed", string childState = "completed")
    {
        await fixture.Store.ObanJobsAsync((root, null, "App.SyncJob", rootState), (root + 1, $"{root}", "App.PageJob", childState));
        await fixture.Feed.TickAsync();
        await JudgeAsync(fixture);
        await AgeAsync(fixture, root, ageHours);
        // What failed in it is another story.
        await fixture.Store.SqlAsync("update job_lineage.failure set digest_id = 0");
    }

    /// <summary>The source has been followed for long, and is read up to now.</summary>
    private static Task JudgeAsync(DigestFixture fixture) =>
        fixture.Store.SqlAsync("update job_lineage.source set since = now() - interval '90 d', as_of = now(), backfilled = true");

    private static Task AgeAsync(DigestFixture fixture, long root, int hours) => fixture.Store.SqlAsync(
        "update job_lineage.run set last_activity_at = now() - @hours * interval '1 h' where root_id = @root", new { hours, root = $"{root}" });
}
