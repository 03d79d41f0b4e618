using System.Net;
using JobLineage.Dashboard.Security;
using JobLineage.Tests.Hosting;

namespace JobLineage.Tests.Security;

public class ApiAccessTests
{
    private static readonly (string, string?) WithToken = (AccessRules.ApiTokenKey, TestDashboard.Token);
    private static readonly (string, string?) WithPassword = (AccessRules.PasswordKey, TestDashboard.Password);

    [Fact]
    public async Task The_token_opens_the_API()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithToken, WithPassword);

        var answer = await dashboard.SendAsync(HttpMethod.Get, "/api/v1/sources", ("Authorization", $"Bearer {TestDashboard.Token}"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer wrong-token-of-16")]
    [InlineData("Bearer ")]
    [InlineData("Basic dXNlcjpwYXNz")]
    public async Task Without_the_token_the_answer_is_401_with_a_problem(string? authorization)
    {
        await using var dashboard = await TestDashboard.StartAsync(WithToken);

        var answer = authorization is null
            ? await dashboard.Browser.GetAsync("/api/v1/runs")
            : await dashboard.SendAsync(HttpMethod.Get, "/api/v1/runs", ("Authorization", authorization));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task Who_may_see_a_page_may_take_away_what_it_shows_and_nobody_else()
    {
        await using var open = await TestDashboard.StartAsync(WithToken);
        Assert.Equal(HttpStatusCode.Unauthorized, (await open.Browser.GetAsync("/api/v1/runs/oban/1/export?format=csv")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await open.Browser.GetAsync("/exports/oban/1?format=csv")).StatusCode);

        await using var closed = await TestDashboard.StartAsync(WithToken, WithPassword);
        Assert.Equal(HttpStatusCode.Redirect, (await closed.Browser.GetAsync("/exports/oban/1?format=csv")).StatusCode);
        await closed.LogInAsync(TestDashboard.Password);
        Assert.Equal(HttpStatusCode.OK, (await closed.Browser.GetAsync("/exports/oban/1?format=csv")).StatusCode);
    }

    [Fact]
    public async Task The_token_does_not_open_pages()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithToken, WithPassword);

        var answer = await dashboard.SendAsync(HttpMethod.Get, "/", ("Authorization", $"Bearer {TestDashboard.Token}"));

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    [Fact]
    public async Task A_signed_in_browser_may_read_the_API_but_not_change_anything()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword);
        await dashboard.LogInAsync(TestDashboard.Password);

        Assert.Equal(HttpStatusCode.OK, (await dashboard.Browser.GetAsync("/api/v1/runs")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await dashboard.Browser.PostAsync("/api/v1/runs", null)).StatusCode);
    }

    [Fact]
    public async Task With_a_token_alone_on_loopback_pages_stay_open()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithToken);

        Assert.NotEqual(HttpStatusCode.Redirect, (await dashboard.Browser.GetAsync("/no-such-page")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await dashboard.Browser.GetAsync("/openapi/v1.json")).StatusCode);
    }

    [Fact]
    public async Task Health_is_told_to_everybody()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword, WithToken);

        Assert.Equal(HttpStatusCode.OK, (await dashboard.Browser.GetAsync("/healthz/live")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await dashboard.Browser.GetAsync("/healthz/ready")).StatusCode);
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:5080", HttpStatusCode.OK)]
    [InlineData("[::1]:5080", HttpStatusCode.OK)]
    [InlineData("jobs.localhost", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.BadRequest)]
    [InlineData("127.0.0.1.evil.example", HttpStatusCode.BadRequest)]
    public async Task On_loopback_only_loopbacks_own_names_are_answered(string host, HttpStatusCode expected)
    {
        await using var dashboard = await TestDashboard.StartAsync();

        Assert.Equal(expected, (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/sources", ("Host", host))).StatusCode);
    }
}
