using System.Net;
using JobLineage.Dashboard.Security;
using JobLineage.Tests.Hosting;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Security;

public class SignInTests
{
    private static readonly (string, string?) WithPassword = (AccessRules.PasswordKey, TestDashboard.Password);

    [Fact]
    public async Task A_page_leads_to_the_sign_in_and_the_right_password_leads_back()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword);

        var refused = await dashboard.Browser.GetAsync("/runs/oban/10?tab=errors");
        Assert.Equal(HttpStatusCode.Redirect, refused.StatusCode);
        Assert.Equal("/login?returnUrl=%2Fruns%2Foban%2F10%3Ftab%3Derrors", refused.Headers.Location!.OriginalString);

        var signedIn = await dashboard.LogInAsync(TestDashboard.Password, refused.Headers.Location.OriginalString);
        Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);
        Assert.Equal("/runs/oban/10?tab=errors", signedIn.Headers.Location!.OriginalString);
        var cookie = Assert.Single(signedIn.Headers.GetValues("Set-Cookie"), c => c.StartsWith("joblineage=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie);
        Assert.Contains("samesite=lax", cookie);
        Assert.NotEqual(HttpStatusCode.Redirect, (await dashboard.Browser.GetAsync("/runs/oban/10")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await dashboard.Browser.GetAsync("/api/v1/sources")).StatusCode);
    }

    [Fact]
    public async Task A_wrong_password_shows_the_form_again_with_a_sentence()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword);

        var answer = await dashboard.LogInAsync("wrong horse");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("That is not the password.", await answer.Content.ReadAsStringAsync());
        Assert.False(answer.Headers.TryGetValues("Set-Cookie", out var cookies) && cookies.Any(c => c.StartsWith("joblineage=", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.Redirect, (await dashboard.Browser.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task The_sixth_try_in_a_minute_is_told_when_to_come_back()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword);
        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await dashboard.LogInAsync("wrong horse")).StatusCode);

        var answer = await dashboard.LogInAsync(TestDashboard.Password);

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.Equal(TimeSpan.FromMinutes(1), answer.Headers.RetryAfter!.Delta);
        Assert.Contains("Try again in 60 seconds.", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_form_that_is_not_ours_is_refused_even_with_the_right_password()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword);

        var answer = await dashboard.Browser.PostAsync(
            "/login", new FormUrlEncodedContent([new("password", TestDashboard.Password)]));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await dashboard.Browser.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task A_form_of_another_site_is_refused()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword);

        var answer = await dashboard.SendAsync(HttpMethod.Post, "/login", ("Origin", "https://evil.example"));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task A_sign_in_does_not_lead_to_another_site()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword);

        var answer = await dashboard.LogInAsync(TestDashboard.Password, "/login?returnUrl=%2F%2Fevil.example");

        Assert.Equal("/", answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task The_address_to_return_to_is_text_in_the_form_and_nothing_else()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword);

        var page = await dashboard.Browser.GetStringAsync("/login?returnUrl=%2F%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E");

        Assert.DoesNotContain("<script", page);
    }

    [Fact]
    public async Task Signing_out_ends_the_session()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword);
        await dashboard.LogInAsync(TestDashboard.Password);

        Assert.Equal(HttpStatusCode.Redirect, (await dashboard.PostFormAsync("/logout")).StatusCode);

        Assert.Equal(HttpStatusCode.Redirect, (await dashboard.Browser.GetAsync("/")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await dashboard.Browser.GetAsync("/api/v1/sources")).StatusCode);
    }

    [Theory]
    [InlineData("/_blazor/negotiate?negotiateVersion=1")]
    [InlineData("/_blazor/disconnect")]
    [InlineData("/api/v1/sources")]
    public async Task Circuits_and_the_API_are_refused_without_a_sign_in(string path)
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword);

        Assert.Equal(HttpStatusCode.Unauthorized, (await dashboard.Browser.PostAsync(path, null)).StatusCode);
    }

    [Fact]
    public async Task A_circuit_that_another_site_opens_is_refused()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var foreign = await dashboard.SendAsync(HttpMethod.Get, "/_blazor?id=1", ("Origin", "https://evil.example"));
        var own = await dashboard.SendAsync(HttpMethod.Get, "/_blazor?id=1", ("Origin", dashboard.Address.GetLeftPart(UriPartial.Authority)));

        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        Assert.NotEqual(HttpStatusCode.Forbidden, own.StatusCode);
    }

    [Fact]
    public async Task A_changed_password_ends_the_sessions_of_the_old_one()
    {
        var access = new FakeAccessStore(TimeProvider.System);
        await using var before = await TestDashboard.StartSharingAsync(access, WithPassword);
        await before.LogInAsync(TestDashboard.Password);
        var cookie = before.Cookies.GetCookies(before.Address)["joblineage"]!.Value;

        Assert.Equal(HttpStatusCode.OK, await StatusWith(TestDashboard.Password));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusWith("another horse"));

        async Task<HttpStatusCode> StatusWith(string password)
        {
            // The same store, as after a restart.
            await using var after = await TestDashboard.StartSharingAsync(access, (AccessRules.PasswordKey, password));
            return (await after.SendAsync(HttpMethod.Get, "/api/v1/sources", ("Cookie", $"joblineage={cookie}"))).StatusCode;
        }
    }

    [Fact]
    public async Task Nothing_of_signing_in_is_kept_in_files()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword);
        await dashboard.LogInAsync(TestDashboard.Password);

        Assert.Empty(Directory.GetFileSystemEntries(dashboard.DataDirectory));
    }

    [Fact]
    public async Task A_page_with_letters_of_any_alphabet_is_returned_to()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword);

        // As a person types it, and a browser sends it.
        var answer = await dashboard.LogInAsync(TestDashboard.Password, "/login?returnUrl=/?q=%C5%82%C3%B3d%C5%BA 1");

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/?q=%C5%82%C3%B3d%C5%BA%201", answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task A_form_that_is_too_large_is_a_413_and_no_failure_of_ours()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword);

        var answer = await dashboard.Browser.PostAsync("/login", new FormUrlEncodedContent([new("password", new string('x', 20_000))]));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("larger than is accepted", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_form_of_too_many_fields_is_a_413()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword);

        var answer = await dashboard.Browser.PostAsync(
            "/login", new FormUrlEncodedContent(Enumerable.Range(0, 1_500).Select(n => KeyValuePair.Create($"f{n}", "1"))));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }
}
