using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using JobLineage.Bench.Running;
using JobLineage.Dashboard.Hosting;
using JobLineage.Tests.Architecture;
using JobLineage.Tests.Support;
using Microsoft.Playwright;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace JobLineage.Tests.Browser;

/// <summary>What a page costs that the browser has seen before, from the folder that the build leaves and from one that was published.</summary>
[Collection(HappeningCollection.Name)]
[Takes(60)]
public sealed partial class WarmReloadTests(Chromium chromium, ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(Chromium.Patience);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_page_that_is_loaded_again_sends_its_text_compressed_and_no_file_that_the_browser_has(bool isPublished)
    {
        using var folder = new TempFolder();
        var program = isPublished ? await PublishAsync(folder.Below("app")) : Path.Combine(Bin, "joblineage.dll");
        await using var store = await TestDatabase.CreateStoreAsync();
        await using var source = await TestDatabase.CreateAsync();
        await RecordedData.ObanMid.LoadAsync(source);
        await using var dashboard = new DashboardProcess(program, store.ConnectionString, "oban", source.ConnectionString);
        var address = DashboardProcess.FreeAddress();
        dashboard.Serve(address.ToString());
        using var limit = new CancellationTokenSource(Patience);
        using var client = new HttpClient { BaseAddress = address };
        await dashboard.UntilAsync(async () => (await client.GetAsync("/api/v1/runs/oban/60")).IsSuccessStatusCode, TimeSpan.FromMilliseconds(100), limit.Token);

        await FilesAreKeptAsync(client);
        await using var tab = await chromium.OpenAsync(address);
        // The graph of a run is in its first HTML, and its modules are asked for again, which is answered with nothing.
        foreach (var (path, most) in new[] { ("/", 15 * 1024), ("/runs/oban/60", 22 * 1024) })
        {
            await tab.GoAsync(path);
            var sent = await ReloadAsync(tab.Page);
            await tab.LiveAsync();
            output.WriteLine($"{path}: {sent.Values.Sum()} bytes");
            Assert.True(sent.Values.Sum() <= most, $"{path}: {sent.Values.Sum()} bytes: {string.Join(", ", sent.OrderByDescending(s => s.Value).Select(s => $"{s.Key} {s.Value}"))}");
            Assert.DoesNotContain(sent.Keys, file => file.EndsWith(".css", StringComparison.Ordinal) || file.Contains("blazor.web", StringComparison.Ordinal));
        }

        Assert.Empty(tab.Complaints);
    }

    /// <summary>As a browser that has never been here gets them.</summary>
    private static async Task FilesAreKeptAsync(HttpClient client)
    {
        var files = FileNames().Matches(await client.GetStringAsync("/")).Select(m => m.Groups[1].Value).ToList();
        Assert.Contains(files, file => file.StartsWith("_framework/blazor.web.", StringComparison.Ordinal));
        Assert.InRange(files.Count, 6, 30);
        foreach (var file in files)
        {
            using var first = await AskAsync(client, file, null);
            Assert.True(first.Headers.CacheControl?.ToString().Contains("immutable", StringComparison.Ordinal), $"{file}: {first.Headers.CacheControl}");
            Assert.True(first.Content.Headers.ContentEncoding.Count == 1, $"{file} is not compressed");
            using var again = await AskAsync(client, file, first.Headers.ETag);
            Assert.True(again.StatusCode == HttpStatusCode.NotModified, $"{file}: {again.StatusCode} for {first.Headers.ETag}");
        }
    }

    private static string Configuration => typeof(DashboardHost).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    private static string Bin => Path.Combine(SourceFiles.Root, "JobLineage.Dashboard", "bin", Configuration, "net10.0");

    private static Task<HttpResponseMessage> AskAsync(HttpClient client, string file, EntityTagHeaderValue? tag)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, file) { Headers = { { "Accept-Encoding", "gzip, br" } } };
        if (tag is not null)
            request.Headers.IfNoneMatch.Add(tag);
        return client.SendAsync(request);
    }

    /// <summary>Loads the page again, and says what went over the line for it, headers and all, by address.</summary>
    private static async Task<Dictionary<string, long>> ReloadAsync(IPage page)
    {
        var session = await page.Context.NewCDPSessionAsync(page);
        var (names, sent) = (new Dictionary<string, string>(), new Dictionary<string, long>());
        await session.SendAsync("Network.enable");
        session.Event("Network.requestWillBeSent").OnEvent += (_, e) => names[Text(e, "requestId")] = e!.Value.GetProperty("request").GetProperty("url").GetString()!;
        session.Event("Network.loadingFinished").OnEvent += (_, e) =>
        {
            var name = new Uri(names[Text(e, "requestId")]).AbsolutePath;
            // What the browser has itself is finished too, with nothing.
            if ((long)e!.Value.GetProperty("encodedDataLength").GetDouble() is var bytes and > 0)
                sent[name] = sent.GetValueOrDefault(name) + bytes;
        };
        await page.ReloadAsync(new() { WaitUntil = WaitUntilState.Load });
        await Expect(page.Locator("main[data-live]")).ToBeAttachedAsync();
        await session.DetachAsync();
        Assert.NotEmpty(sent);
        return sent;

        static string Text(JsonElement? e, string name) => e!.Value.GetProperty(name).GetString()!;
    }

    private static async Task<string> PublishAsync(string folder)
    {
        var start = new ProcessStartInfo(
            "dotnet", ["publish", "JobLineage.Dashboard", "-c", Configuration, "--no-build", "-o", folder, "-v", "q", "-nologo"])
        {
            WorkingDirectory = SourceFiles.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var publish = Process.Start(start)!;
        var said = await Task.WhenAll(publish.StandardOutput.ReadToEndAsync(), publish.StandardError.ReadToEndAsync());
        await publish.WaitForExitAsync();
        Assert.True(publish.ExitCode == 0, string.Create(CultureInfo.InvariantCulture, $"dotnet publish ended with {publish.ExitCode}: {string.Concat(said)}"));
        return Path.Combine(folder, "joblineage.dll");
    }

    [GeneratedRegex("(?:src|href)=\"([^\"]+\\.(?:js|css))\"")]
    private static partial Regex FileNames();
}
