using JobLineage.Core.Alerts;
using JobLineage.Core.Model;
using JobLineage.Core.Postgres;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Hosting;
using JobLineage.Dashboard.Live;
using JobLineage.Tests.Hosting;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobLineage.Tests.Alerts;

/// <summary>What the schedule makes while the dashboard serves.</summary>
public sealed class ScheduledDigestTests
{
    [Fact]
    public async Task A_scheduled_digest_names_the_sources_that_could_not_be_read()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        var time = new TestClock(TimeProvider.System.GetUtcNow());
        var now = time.GetUtcNow();
        var channel = new ScriptedChannel();
        using var runs = Runs(fixture, channel, time,
        [
            new("oban", FeedState.Live, now, "All is well.", 0, 0),
            new("dead", FeedState.Reconnecting, now.AddHours(-1), "The database of source 'dead' does not answer.", 0, 0),
            new("late", FeedState.Polling, now.AddMinutes(-7), null, 0, 0),
            new("new", FeedState.Backfilling, null, null, 5, 10),
            new("odd", FeedState.Live, null, "It can't be known.", 0, 0),
            // Out of the configuration since.
            new("left", FeedState.Stopped, now.AddDays(-9), null, 0, 0),
        ], "oban", "dead", "late", "new", "odd", "never");
        await fixture.FailAsync(1);
        await runs.FireAsync(now.AddMinutes(1), default);
        var digest = Assert.Single(channel.Sent);
        Assert.Equal(["dead", "late", "new", "odd", "never"], digest.Content.Unread.Select(u => u.Source));
        Assert.Contains("The database of source 'dead' does not answer.", digest.Text);
        Assert.Contains("What is known of source 'late' is 7 minutes old.", digest.Text);
        Assert.Contains("Source 'never' has not been read yet.", digest.Text);
    }

    [Fact]
    public async Task A_rule_about_a_source_that_is_not_there_is_said()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        var time = new TestClock(TimeProvider.System.GetUtcNow());
        var channel = new ScriptedChannel();
        using var runs = Runs(
            fixture, channel, time, [new("jobs.tenant_a", FeedState.Live, time.GetUtcNow(), null, 0, 0)], new ConfiguredSources(["jobs.tenant_a"]),
            ("JobLineage:Sources:jobs:Preset", "oban"), ("JobLineage:Sources:jobs:Schemas:0", "tenant_*"),
            ("JobLineage:Digest:Overdue:0:Source", "jobs.tenant_x"), ("JobLineage:Digest:Overdue:0:Pipeline", "App.SyncJob"), ("JobLineage:Digest:Overdue:0:Within", "1.00:00:00"));
        await fixture.FailAsync(1);
        await runs.FireAsync(time.GetUtcNow().AddMinutes(1), default);
        var digest = Assert.Single(channel.Sent);
        Assert.Equal("jobs.tenant_x", Assert.Single(digest.Content.Unread).Source);
        Assert.Contains("An overdue rule names it, and there is no such source.", digest.Text);
    }

    [Fact]
    public async Task Where_no_source_is_configured_nothing_of_the_store_is_taken_for_read()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        var time = new TestClock(TimeProvider.System.GetUtcNow());
        var channel = new ScriptedChannel();
        using var runs = Runs(fixture, channel, time, [new("oban", FeedState.Stopped, time.GetUtcNow().AddHours(-2), null, 0, 0)]);
        await fixture.FailAsync(1);
        await runs.FireAsync(time.GetUtcNow().AddMinutes(1), default);
        Assert.Equal("oban", Assert.Single(Assert.Single(channel.Sent).Content.Unread).Source);
    }

    [Fact]
    public async Task A_digest_that_was_missed_waits_for_the_sources_but_not_for_ever()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        var time = new TestClock(TimeProvider.System.GetUtcNow());
        var channel = new ScriptedChannel();
        using var runs = Runs(fixture, channel, time, [new("oban", FeedState.Stopped, time.GetUtcNow().AddHours(-2), null, 0, 0)], "oban");
        await fixture.FailAsync(1);
        await fixture.Store.SqlAsync("update job_lineage.digest_line set fired_at = now() - interval '2 hours'");
        Assert.False(await runs.CatchUpAsync(default));
        Assert.Empty(await fixture.Reader.ListAsync(10, default));
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.True(await runs.CatchUpAsync(default));
        Assert.Equal(1, (await fixture.OnlyAsync()).Failures);
    }

    private static DigestRuns Runs(DigestFixture fixture, ScriptedChannel channel, TimeProvider time, IReadOnlyList<SourceStatus> sources, params string[] configured) =>
        Runs(fixture, channel, time, sources, new ConfiguredSources(configured));

    private static DigestRuns Runs(
        DigestFixture fixture, ScriptedChannel channel, TimeProvider time, IReadOnlyList<SourceStatus> sources, ConfiguredSources configured, params (string Key, string Value)[] set)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(set.ToDictionary(s => s.Key, s => (string?)s.Value)).Build();
        var errors = new ConfigurationErrors(configuration);
        var settings = DigestSettings.Read(configuration, DashboardOptions.Read(configuration, Path.GetTempPath(), errors), errors);
        var reader = new StaticRunReader { Sources = sources };
        return new(
            fixture.Maker, fixture.Sender(channel), new(fixture.Store.Store, TimeSpan.FromDays(90)), settings, reader,
            configured, new RunHub(reader, new FakeRunSignal(), time, NullLogger<RunHub>.Instance), new Outage(time), time, NullLogger<DigestRuns>.Instance);
    }
}
