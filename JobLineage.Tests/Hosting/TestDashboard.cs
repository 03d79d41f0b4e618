using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using JobLineage.Core.Lineage;
using JobLineage.Core.Runs;
using JobLineage.Core.Store.Access;
using JobLineage.Dashboard.Hosting;
using JobLineage.Dashboard.Live;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Hosting;

/// <summary>A whole dashboard on a free loopback port, with a store in memory, and a browser that follows nothing by itself.</summary>
internal sealed partial class TestDashboard : IAsyncDisposable
{
    public const string Password = "correct horse";
    public const string Token = "0123456789abcdef";

    private readonly TempFolder folder;
    private readonly WebApplication app;
    private readonly HttpClientHandler handler = new() { AllowAutoRedirect = false };

    private TestDashboard(TempFolder folder, WebApplication app, StaticRunReader store)
    {
        (this.folder, this.app, Store) = (folder, app, store);
        Address = new(DashboardRun.Addresses(app).First());
        Browser = new(handler) { BaseAddress = Address };
    }

    public HttpClient Browser { get; }

    public Uri Address { get; }

    public StaticRunReader Store { get; }

    public required FakeRunViews Views { get; init; }

    public required FakeDigests Digests { get; init; }

    public required FakeExports Exports { get; init; }

    /// <summary>Its clock.</summary>
    public required DashboardClock Clock { get; init; }

    /// <summary>The services of the dashboard.</summary>
    public IServiceProvider Services => app.Services;

    public string DataDirectory => folder.Below("data");

    public CookieContainer Cookies => handler.CookieContainer;

    /// <summary>Starts one with these settings.</summary>
    public static Task<TestDashboard> StartAsync(params (string Key, string? Value)[] settings) => StartAsync(null, settings);

    /// <summary>Starts one with more services.</summary>
    public static Task<TestDashboard> StartWithAsync(Action<DashboardSetup> more, params (string Key, string? Value)[] settings) => StartAsync(more, settings);

    /// <summary>Starts one that shares the store of keys and sessions with others.</summary>
    public static Task<TestDashboard> StartSharingAsync(FakeAccessStore access, params (string Key, string? Value)[] settings) =>
        StartAsync(null, settings, access);

    private static async Task<TestDashboard> StartAsync(
        Action<DashboardSetup>? more, (string Key, string? Value)[] settings, FakeAccessStore? access = null)
    {
        var folder = new TempFolder();
        var store = new StaticRunReader();
        try
        {
            var (views, digests, exports) = (new FakeRunViews(), new FakeDigests(), new FakeExports());
            var clock = new DashboardClock();
            var app = Build(folder, "http://127.0.0.1:0", settings, store, clock, more, views, digests, exports, access ?? new(clock));
            await app.StartAsync();
            return new(folder, app, store) { Views = views, Digests = digests, Exports = exports, Clock = clock };
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Composes one that is not started.</summary>
    public static WebApplication Build(
        TempFolder folder, string? urls, (string Key, string? Value)[] settings, StaticRunReader? store = null, TimeProvider? time = null,
        Action<DashboardSetup>? more = null, FakeRunViews? views = null, FakeDigests? digests = null, FakeExports? exports = null,
        FakeAccessStore? access = null)
    {
        var all = new Dictionary<string, string?>
        {
            [DashboardOptions.DataDirectoryKey] = folder.Below("data"),
            ["Logging:LogLevel:Default"] = "None",
        };
        foreach (var (key, value) in settings)
            all[key] = value;
        return DashboardHost.Build(
            new() { Urls = urls, Settings = all, CurrentDirectory = folder.Path },
            setup =>
            {
                setup.Builder.Services.AddSingleton<IRunReader>(store ?? new StaticRunReader());
                setup.Builder.Services.AddSingleton(new ConfiguredSources([]));
                access ??= new(time ?? TimeProvider.System);
                setup.Builder.Services.AddSingleton<IKeyStore>(access);
                setup.Builder.Services.AddSingleton<ISessionStore>(access);
                setup.Builder.Services.AddSingleton<IRunViews>(views ?? new FakeRunViews());
                setup.Builder.Services.AddSingleton<INativeRows, FakeNativeRows>();
                setup.Builder.Services.AddSingleton<IQueues, FakeQueues>();
                setup.Builder.Services.AddSingleton<FakeSourceDesk>();
                setup.Builder.Services.AddSingleton<IForgetting>(s => s.GetRequiredService<FakeSourceDesk>());
                setup.Builder.Services.AddSingleton<IPutAside>(s => s.GetRequiredService<FakeSourceDesk>());
                setup.Builder.Services.AddSingleton<FakeComparisons>();
                setup.Builder.Services.AddSingleton<IRunComparisons>(s => s.GetRequiredService<FakeComparisons>());
                setup.Builder.Services.AddSingleton<FakeUntracked>();
                setup.Builder.Services.AddSingleton<IUntrackedLineage>(s => s.GetRequiredService<FakeUntracked>());
                setup.Builder.Services.AddSingleton<IRunExports>(exports ?? new FakeExports());
                setup.Builder.Services.AddSingleton<IRunSql>(new FakeSql());
                setup.Builder.Services.AddSingleton<IRunSignal, SilentSignal>();
                (digests ?? new()).AddTo(setup.Builder.Services);
                if (time is not null)
                    setup.Builder.Services.AddSingleton(time);
                more?.Invoke(setup);
            });
    }

    /// <summary>The answer of the API at a path, which must be good.</summary>
    public Task<JsonElement> GetAsync(string path) => AnswerAsync(path, HttpStatusCode.OK, "application/json");

    /// <summary>The problem that the API answers with at a path.</summary>
    public Task<JsonElement> ProblemAsync(string path, HttpStatusCode expected) => AnswerAsync(path, expected, "application/problem+json");

    /// <summary>Fills in the form at <paramref name="path"/> as a browser does.</summary>
    public async Task<HttpResponseMessage> PostFormAsync(string path, params (string Name, string Value)[] fields)
    {
        var values = fields.Select(f => KeyValuePair.Create(f.Name, f.Value)).Append(TokenOf(await Browser.GetStringAsync(path)));
        return await Browser.PostAsync(path, new FormUrlEncodedContent(values));
    }

    /// <summary>The antiforgery token of a page with a form: the field and its value.</summary>
    public static KeyValuePair<string, string> TokenOf(string page)
    {
        var token = TokenField().Match(page);
        Assert.True(token.Success, "the form has no antiforgery token");
        return new(token.Groups["name"].Value, WebUtility.HtmlDecode(token.Groups["value"].Value));
    }

    public Task<HttpResponseMessage> LogInAsync(string password, string path = "/login") => PostFormAsync(path, ("password", password));

    /// <summary>Sends a request that a browser would not.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return Browser.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Browser.Dispose();
        handler.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        folder.Dispose();
    }

    private async Task<JsonElement> AnswerAsync(string path, HttpStatusCode expected, string type)
    {
        var answer = await Browser.GetAsync(path);
        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    [GeneratedRegex("""<input type="hidden" name="(?<name>[^"]+)" value="(?<value>[^"]+)">""")]
    private static partial Regex TokenField();
}
