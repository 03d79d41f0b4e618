using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Security.Claims;
using JobLineage.Dashboard.Security;
using JobLineage.Tests.Hosting;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace JobLineage.Tests.Security;

/// <summary>What ends with a session.</summary>
public sealed class SessionTests
{
    private static readonly (string, string?) WithPassword = (AccessRules.PasswordKey, TestDashboard.Password);

    [Fact]
    public async Task A_cookie_that_was_copied_opens_nothing_after_the_sign_out()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword);
        await dashboard.LogInAsync(TestDashboard.Password);
        var copied = Copy(dashboard);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(dashboard, copied));

        await dashboard.PostFormAsync("/logout");

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(dashboard, copied));
    }

    [Fact]
    public async Task Signing_out_breaks_off_what_is_open_and_nothing_goes_on_with_it()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword);
        await dashboard.LogInAsync(TestDashboard.Password);
        var copied = Copy(dashboard);
        await using var circuit = await RawCircuit.ConnectAsync(dashboard.Address, copied);
        var secret = await circuit.StartAsync(dashboard.Address);
        using var reader = new HttpClient(new HttpClientHandler { CookieContainer = copied });
        using var stream = await reader.GetStreamAsync(new Uri(dashboard.Address, "/api/v1/runs/oban/10/events"));

        // One's own connection comes back to its circuit.
        await using (var again = await RawCircuit.ConnectAsync(dashboard.Address, copied))
            Assert.True(await again.ReconnectAsync(secret));
        await using var other = await RawCircuit.ConnectAsync(dashboard.Address, copied);

        Assert.Equal(HttpStatusCode.Redirect, (await dashboard.PostFormAsync("/logout")).StatusCode);

        await other.BrokenOffAsync();
        await Assert.ThrowsAnyAsync<IOException>(async () => { while (await stream.ReadAsync(new byte[1_000]) > 0) { } });
        await Assert.ThrowsAsync<WebSocketException>(() => RawCircuit.ConnectAsync(dashboard.Address, copied));

        // Nor does who signs in next get the circuit, with its secret in hand.
        await dashboard.LogInAsync(TestDashboard.Password);
        await using var next = await RawCircuit.ConnectAsync(dashboard.Address, dashboard.Cookies);
        Assert.False(await next.ReconnectAsync(secret));
        await using var resumed = await RawCircuit.ConnectAsync(dashboard.Address, dashboard.Cookies);
        Assert.Null(await resumed.ResumeAsync(secret, dashboard.Address));
        await using var anew = await RawCircuit.ConnectAsync(dashboard.Address, dashboard.Cookies);
        Assert.NotEqual(secret, await anew.StartAsync(dashboard.Address));
    }

    [Fact]
    public async Task A_request_that_ends_while_its_session_is_broken_off_is_not_broken_off_afterwards()
    {
        var sessions = new Sessions(new FakeAccessStore(TimeProvider.System), TimeProvider.System);
        var token = await sessions.BeginAsync(default);
        var ended = new ConcurrentDictionary<HttpContext, bool>();
        var late = 0;
        var open = new Dictionary<HttpContext, IDisposable>();
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var context = new DefaultHttpContext { User = new(new ClaimsIdentity([new(Sessions.Claim, token)])) };
            context.Features.Set<IHttpRequestLifetimeFeature>(new Lifetime(() => Abort(context)));
            open[context] = sessions.Hold(context)!;
        }

        await sessions.EndAsync(token, new DefaultHttpContext(), default);
        await Task.WhenAll(open.Keys.Select(context => Task.Run(() => End(context))));

        Assert.Equal(0, late);

        // While one is broken off the other one ends, where it can.
        void Abort(HttpContext context)
        {
            if (ended.ContainsKey(context))
                Interlocked.Increment(ref late);
            Task.Run(() => End(open.Keys.Single(other => other != context))).Wait(TimeSpan.FromMilliseconds(200));
        }

        void End(HttpContext context)
        {
            open[context].Dispose();
            ended[context] = true;
        }
    }

    [Fact]
    public async Task Another_session_goes_on()
    {
        var access = new FakeAccessStore(TimeProvider.System);
        await using var one = await TestDashboard.StartSharingAsync(access, WithPassword);
        await using var two = await TestDashboard.StartSharingAsync(access, WithPassword);
        await one.LogInAsync(TestDashboard.Password);
        await two.LogInAsync(TestDashboard.Password);
        Assert.Equal(2, access.Sessions);

        await one.PostFormAsync("/logout");

        Assert.Equal(HttpStatusCode.Unauthorized, (await one.Browser.GetAsync("/api/v1/sources")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await two.Browser.GetAsync("/api/v1/sources")).StatusCode);
    }

    [Fact]
    public async Task A_session_that_is_used_all_the_time_ends_all_the_same()
    {
        await using var dashboard = await TestDashboard.StartAsync(WithPassword);
        await dashboard.LogInAsync(TestDashboard.Password);
        var end = dashboard.Clock.GetUtcNow() + Sessions.Longest;

        for (; dashboard.Clock.GetUtcNow() + TimeSpan.FromHours(7) < end; dashboard.Clock.Advance(TimeSpan.FromHours(7)))
            Assert.Equal(HttpStatusCode.OK, (await dashboard.Browser.GetAsync("/api/v1/sources")).StatusCode);
        dashboard.Clock.SetUtcNow(end);

        Assert.Equal(HttpStatusCode.Unauthorized, (await dashboard.Browser.GetAsync("/api/v1/sources")).StatusCode);
    }

    [Fact]
    public async Task What_is_open_when_a_session_ends_by_the_clock_or_elsewhere_is_broken_off()
    {
        var access = new FakeAccessStore(TimeProvider.System);
        await using var here = await TestDashboard.StartSharingAsync(access, WithPassword);
        await using var there = await TestDashboard.StartSharingAsync(access, WithPassword);
        await here.LogInAsync(TestDashboard.Password);
        there.Cookies.Add(there.Address, here.Cookies.GetCookies(here.Address));
        await using var circuit = await RawCircuit.ConnectAsync(there.Address, there.Cookies);

        await here.PostFormAsync("/logout");

        await circuit.BrokenOffAsync();
    }

    [Fact]
    public async Task While_the_store_does_not_answer_who_was_here_stays_and_nobody_else_comes()
    {
        var access = new FakeAccessStore(TimeProvider.System);
        await using var dashboard = await TestDashboard.StartSharingAsync(access, WithPassword);
        await using var other = await TestDashboard.StartSharingAsync(access, WithPassword);
        await dashboard.LogInAsync(TestDashboard.Password);
        other.Cookies.Add(other.Address, dashboard.Cookies.GetCookies(dashboard.Address));
        access.Failure = new NpgsqlException("gone");
        dashboard.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(HttpStatusCode.OK, (await dashboard.Browser.GetAsync("/api/v1/sources")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await other.Browser.GetAsync("/api/v1/sources")).StatusCode);
        // Signing out, which did not happen, does not look as if it had.
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await dashboard.PostFormAsync("/logout")).StatusCode);
    }

    [Fact]
    public async Task An_outage_that_lasts_ends_what_is_open_and_what_was_seen()
    {
        var access = new FakeAccessStore(TimeProvider.System);
        await using var dashboard = await TestDashboard.StartSharingAsync(access, WithPassword);
        await dashboard.LogInAsync(TestDashboard.Password);
        await using var circuit = await RawCircuit.ConnectAsync(dashboard.Address, dashboard.Cookies);
        access.Failure = new NpgsqlException("gone");

        dashboard.Clock.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(HttpStatusCode.OK, (await dashboard.Browser.GetAsync("/api/v1/sources")).StatusCode);
        // Whatever looks at it meanwhile does not see it.
        await dashboard.Services.GetRequiredService<Sessions>().CheckAsync(default);
        dashboard.Clock.Advance(TimeSpan.FromMinutes(2));
        await dashboard.Services.GetRequiredService<Sessions>().CheckAsync(default);

        await circuit.BrokenOffAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await dashboard.Browser.GetAsync("/api/v1/sources")).StatusCode);
    }

    private static CookieContainer Copy(TestDashboard dashboard)
    {
        var copied = new CookieContainer();
        copied.Add(dashboard.Address, dashboard.Cookies.GetCookies(dashboard.Address));
        return copied;
    }

    private static async Task<HttpStatusCode> StatusAsync(TestDashboard dashboard, CookieContainer cookies)
    {
        using var browser = new HttpClient(new HttpClientHandler { CookieContainer = cookies, AllowAutoRedirect = false });
        return (await browser.GetAsync(new Uri(dashboard.Address, "/api/v1/sources"))).StatusCode;
    }

    private sealed class Lifetime(Action abort) : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; }

        public void Abort() => abort();
    }
}
