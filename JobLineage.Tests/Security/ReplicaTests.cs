using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using JobLineage.Dashboard.Hosting;
using JobLineage.Dashboard.Security;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace JobLineage.Tests.Security;

/// <summary>Two replicas, as they are served, that share nothing but the store.</summary>
public sealed partial class ReplicaTests
{
    private const string Password = "correct horse";

    [Fact]
    public async Task Each_accepts_the_cookies_and_forms_of_the_other_and_a_sign_out_holds_for_both()
    {
        await using var store = await TestDatabase.CreateAsync();
        // At once, on a store that nobody has set up: the first key is made once.
        var replicas = await Task.WhenAll(Replica.StartAsync(store), Replica.StartAsync(store));
        await using var one = replicas[0];
        await using var two = replicas[1];
        Assert.Equal(1, await store.ScalarAsync<long>("select count(*) from job_lineage.protection_key"));

        // The form comes from one, and is sent to the other.
        var cookies = new CookieContainer();
        using var browser = new HttpClient(new HttpClientHandler { CookieContainer = cookies, AllowAutoRedirect = false });
        var signedIn = await PostAsync(browser, new(one.Address, "/login"), new(two.Address, "/login"), ("password", Password));
        Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);

        foreach (var replica in replicas)
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(new Uri(replica.Address, "/api/v1/sources"))).StatusCode);
        await using var circuit = await RawCircuit.ConnectAsync(one.Address, cookies);
        var copied = new CookieContainer();
        copied.Add(cookies.GetAllCookies());

        var signedOut = await PostAsync(browser, new(one.Address, "/logout"), new(two.Address, "/logout"));
        Assert.Equal(HttpStatusCode.Redirect, signedOut.StatusCode);

        // The page that was open at the other replica is closed, and nothing opens there any more.
        await circuit.BrokenOffAsync();
        using var thief = new HttpClient(new HttpClientHandler { CookieContainer = copied, AllowAutoRedirect = false });
        foreach (var replica in replicas)
            Assert.Equal(HttpStatusCode.Unauthorized, (await thief.GetAsync(new Uri(replica.Address, "/api/v1/sources"))).StatusCode);
    }

    [Fact]
    public async Task Nothing_in_the_store_signs_anybody_in()
    {
        await using var store = await TestDatabase.CreateAsync();
        await using var replica = await Replica.StartAsync(store);
        var cookies = new CookieContainer();
        using var browser = new HttpClient(new HttpClientHandler { CookieContainer = cookies, AllowAutoRedirect = false });
        await PostAsync(browser, new(replica.Address, "/login"), new(replica.Address, "/login"), ("password", Password));

        // The store knows a hash: with the keys at hand no cookie can be made that has what it is the hash of.
        var token = replica.TokenOf(cookies);
        var id = await store.ScalarAsync<byte[]>("select id from job_lineage.session");
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(token)), id);
        Assert.NotEqual(Convert.FromHexString(token), id);
        Assert.Equal(0, await store.ScalarAsync<long>("select count(*) from job_lineage.protection_key where position(@token in xml) > 0", new { token }));
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient browser, Uri form, Uri to, params (string Name, string Value)[] fields)
    {
        var token = TokenField().Match(await browser.GetStringAsync(form));
        Assert.True(token.Success, "the form has no antiforgery token");
        return await browser.PostAsync(to, new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))
            .Append(new(token.Groups[1].Value, WebUtility.HtmlDecode(token.Groups[2].Value)))));
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]+)\">")]
    private static partial Regex TokenField();

    private sealed class Replica(TempFolder folder, WebApplication app) : IAsyncDisposable
    {
        public Uri Address { get; } = new(DashboardRun.Addresses(app).First());

        public static async Task<Replica> StartAsync(TestDatabase store)
        {
            var folder = new TempFolder();
            var app = DashboardHost.Build(
                new()
                {
                    Urls = "http://127.0.0.1:0",
                    CurrentDirectory = folder.Path,
                    Settings = new Dictionary<string, string?>
                    {
                        [DashboardOptions.DataDirectoryKey] = folder.Below("data"),
                        [DashboardData.StoreKey] = store.ConnectionString,
                        [AccessRules.PasswordKey] = Password,
                        ["Logging:LogLevel:Default"] = "None",
                    },
                },
                DashboardData.AddTo);
            await app.StartAsync();
            return new(folder, app);
        }

        /// <summary>What the cookie of a signed-in browser holds, as only the server can read it.</summary>
        public string TokenOf(CookieContainer cookies)
        {
            var options = app.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(CookieAuthenticationDefaults.AuthenticationScheme);
            var cookie = cookies.GetCookies(Address)[options.Cookie.Name!]!.Value;
            return Sessions.Of(options.TicketDataFormat.Unprotect(cookie)!.Principal)!;
        }

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync();
            await app.DisposeAsync();
            folder.Dispose();
        }
    }
}
