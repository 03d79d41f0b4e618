using System.Text.Json;
using JobLineage.Dashboard.Hosting;
using JobLineage.Tests.Feed;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Store;

/// <summary>A recorded run from the queue's table to the API: a whole dashboard with its feeds and its store.</summary>
public sealed class RecordedRunsOverHttpTests
{
    [Theory]
    [InlineData("mid")]
    [InlineData("end")]
    [InlineData("pruned")]
    public async Task The_API_answers_with_what_was_counted_independently(string moment)
    {
        var data = moment switch { "mid" => RecordedData.ObanMid, "end" => RecordedData.ObanEnd, _ => RecordedData.ObanPruned };
        using var folder = new TempFolder();
        await using var queue = await TestDatabase.CreateAsync();
        await using var store = await TestDatabase.CreateAsync();
        await data.LoadAsync(queue);
        await using var app = DashboardHost.Build(
            new()
            {
                Urls = "http://127.0.0.1:0",
                CurrentDirectory = folder.Path,
                Settings = new Dictionary<string, string?>
                {
                    [DashboardOptions.DataDirectoryKey] = folder.Below("data"),
                    [DashboardData.StoreKey] = store.ConnectionString,
                    ["JobLineage:Sources:oban:Preset"] = "oban",
                    ["JobLineage:Sources:oban:ConnectionString"] = queue.ConnectionString,
                    ["Logging:LogLevel:Default"] = "None",
                },
            },
            DashboardData.AddTo);
        await app.StartAsync();
        using var browser = new HttpClient { BaseAddress = new(DashboardRun.Addresses(app).First()) };
        await Soon.IsTrueAsync(async () => (await browser.GetAsync("/api/v1/sources")) is { IsSuccessStatusCode: true } answer
            && (await answer.Content.ReadAsStringAsync()).Contains("\"polling\""));

        using var truth = JsonDocument.Parse(data.ReadTruthJson());
        foreach (var id in (string[])["60", truth.RootElement.GetProperty("root").GetString()!])
        {
            using var run = JsonDocument.Parse(await browser.GetStringAsync($"/api/v1/runs/oban/{id}"));
            Assert.Equal("60", run.RootElement.GetProperty("root").GetString());
            Assert.Equal(Lines(truth.RootElement), Lines(run.RootElement));
        }

        await app.StopAsync();
    }

    private static IEnumerable<string> Lines(JsonElement run) => run.GetProperty("stages").EnumerateArray().Select(s => string.Join(' ',
        s.GetProperty("depth").GetInt32(), s.GetProperty("path").GetString(), s.GetProperty("worker").GetString(), s.GetProperty("total").GetInt64(),
        string.Join(", ", s.GetProperty("counts").EnumerateObject().OrderBy(c => c.Name, StringComparer.Ordinal).Select(c => $"{c.Name} {c.Value}"))));
}
