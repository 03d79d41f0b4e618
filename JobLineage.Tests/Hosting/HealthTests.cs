using System.Net;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Hosting;
using JobLineage.Dashboard.Live;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace JobLineage.Tests.Hosting;

/// <summary>What those who watch the process are told of the sources.</summary>
public sealed class HealthTests
{
    private const string StatusKey = "JobLineage:Health:DegradedStatus";

    [Theory]
    [InlineData(FeedState.Reconnecting, "Source 'oban' does not answer: /sources says why.")]
    [InlineData(FeedState.Misconfigured, "Source 'oban' can't be read as it is configured: /sources says why.")]
    [InlineData(FeedState.Stopped, "No replica reads source 'oban'.")]
    public async Task A_source_that_is_not_followed_is_named(FeedState state, string reason)
    {
        await using var dashboard = await StartAsync("oban", "well");
        // What a source says of itself may hold names of hosts and users.
        dashboard.Store.Sources = [new("oban", state, dashboard.Clock.GetUtcNow(), "No route to 10.1.2.3", 0, 0), new("well", FeedState.Live, dashboard.Clock.GetUtcNow(), null, 0, 0)];

        var answer = await dashboard.Browser.GetAsync("/healthz/ready");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal($$"""{"status":"degraded","reasons":["{{reason}}"]}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Where_it_is_configured_the_status_says_it_too()
    {
        await using var dashboard = await TestDashboard.StartWithAsync(setup => setup.Builder.Services.AddSingleton(Configured("oban")), (StatusKey, "503"));
        Assert.Equal(HttpStatusCode.OK, (await dashboard.Browser.GetAsync("/healthz/ready")).StatusCode);

        dashboard.Store.Sources = [new("oban", FeedState.Stopped, null, null, 0, 0)];

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await dashboard.Browser.GetAsync("/healthz/ready")).StatusCode);
    }

    [Fact]
    public async Task What_is_old_is_degraded_whatever_its_state_says()
    {
        await using var dashboard = await StartAsync("oban");
        dashboard.Store.Sources = [new("oban", FeedState.Polling, dashboard.Clock.GetUtcNow().AddMinutes(-7), null, 0, 0)];

        Assert.Contains("is 7 minutes old", await dashboard.Browser.GetStringAsync("/healthz/ready"));
    }

    [Theory]
    [InlineData(FeedState.Polling)]
    [InlineData(FeedState.Live)]
    public void What_is_of_an_unknown_time_is_not_called_well(FeedState state) =>
        Assert.Contains("can't be told", SourceTroubles.Of(new("oban", state, null, null, 0, 0), Some.Noon));

    [Fact]
    public async Task A_source_that_the_store_has_never_heard_of_is_named()
    {
        await using var dashboard = await StartAsync("fresh");

        Assert.Equal("""{"status":"degraded","reasons":["Source 'fresh' has not been read yet."]}""", await dashboard.Browser.GetStringAsync("/healthz/ready"));
    }

    [Fact]
    public async Task A_source_that_has_left_the_configuration_is_no_trouble_any_more()
    {
        await using var dashboard = await StartAsync("oban");
        dashboard.Store.Sources = [new("oban", FeedState.Live, dashboard.Clock.GetUtcNow(), null, 0, 0), new("left", FeedState.Stopped, dashboard.Clock.GetUtcNow().AddDays(-9), null, 0, 0)];

        Assert.Equal("""{"status":"ready","reasons":[]}""", await dashboard.Browser.GetStringAsync("/healthz/ready"));
    }

    [Fact]
    public async Task Where_no_source_is_configured_those_of_the_store_count()
    {
        await using var dashboard = await StartAsync();
        dashboard.Store.Sources = [new("oban", FeedState.Stopped, dashboard.Clock.GetUtcNow().AddDays(-9), null, 0, 0)];

        Assert.Equal("""{"status":"degraded","reasons":["No replica reads source 'oban'."]}""", await dashboard.Browser.GetStringAsync("/healthz/ready"));
    }

    [Theory]
    [InlineData(FeedState.Starting)]
    [InlineData(FeedState.Backfilling)]
    public void A_source_that_is_read_for_the_first_time_is_well(FeedState state) =>
        Assert.Null(SourceTroubles.Of(new("oban", state, null, null, 0, 0), Some.Noon));

    [Fact]
    public async Task Whatever_the_store_fails_with_it_is_a_503_with_a_sentence()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        foreach (var failure in (Exception[])[
            new NpgsqlException("down"), new PostgresException("no such table", "ERROR", "ERROR", PostgresErrorCodes.UndefinedTable), new InvalidOperationException("odd"),
            new TimeoutException(), new OperationCanceledException()])
        {
            dashboard.Store.Failure = failure;
            var answer = await dashboard.Browser.GetAsync("/healthz/ready");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.StartsWith("{\"status\":\"unavailable\",\"reasons\":[\"The store ", await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public void Another_status_is_an_error_that_names_the_key()
    {
        using var folder = new Support.TempFolder();

        var error = Assert.Throws<ConfigurationException>(() => TestDashboard.Build(folder, null, [(StatusKey, "500")]));

        Assert.Equal("JobLineage:Health:DegradedStatus is '500'; it can be 200 or 503.", Assert.Single(error.Sentences));
    }

    private static Task<TestDashboard> StartAsync(params string[] sources) =>
        TestDashboard.StartWithAsync(setup => setup.Builder.Services.AddSingleton(Configured(sources)));

    private static ConfiguredSources Configured(params string[] sources) => new(sources);
}
