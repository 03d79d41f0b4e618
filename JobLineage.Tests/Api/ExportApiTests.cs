using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Api;
using JobLineage.Tests.Export;
using JobLineage.Tests.Hosting;
using JobLineage.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace JobLineage.Tests.Api;

/// <summary>Exports and statements over HTTP.</summary>
public sealed class ExportApiTests
{
    [Theory]
    [InlineData("", "application/json", "json", "{\"format\"")]
    [InlineData("?format=json", "application/json", "json", "{\"format\"")]
    [InlineData("?format=csv", "text/csv", "csv", "id,parent_id")]
    [InlineData("?format=csv&bom=true", "text/csv", "csv", "\ufeffid,")]
    [InlineData("?format=text", "text/plain", "txt", "oban 1: ")]
    [InlineData("?format=mermaid&stage=SyncJob", "text/plain", "mmd", "flowchart LR\n")]
    public async Task An_export_is_a_file_that_no_browser_takes_for_a_page(string query, string type, string extension, string begins)
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var answer = await dashboard.Browser.GetAsync("/api/v1/runs/oban/1/export" + query);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(type == "application/json" ? null : "utf-8", answer.Content.Headers.ContentType.CharSet);
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal($"oban-1-20260314T120000Z.{extension}", answer.Content.Headers.ContentDisposition.FileName);
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.StartsWith(begins, System.Text.Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync()));
        Assert.Equal(0, dashboard.Exports.Open);
    }

    [Fact]
    public async Task A_run_with_findings_is_exported_as_any_other()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        dashboard.Exports.Run = SomeRuns.Run() with
        {
            Findings = [new(FindingKind.Stuck, "SyncJob", "It <is>.", new Dictionary<string, object?> { ["state"] = "available", ["count"] = 3, ["since"] = SomeRuns.Noon, ["none"] = null }, ["1"])],
        };

        foreach (var format in new[] { "json", "csv", "text", "mermaid" })
            Assert.Equal(HttpStatusCode.OK, (await dashboard.Browser.GetAsync("/api/v1/runs/oban/1/export?format=" + format)).StatusCode);

        var finding = (await dashboard.GetAsync("/api/v1/runs/oban/1/export?format=json")).GetProperty("findings")[0];
        Assert.Equal("""{"state":"available","count":3,"since":"2026-03-14T12:00:00Z","none":null}""", finding.GetProperty("evidence").GetRawText());
    }

    [Fact]
    public async Task Every_filter_of_the_list_chooses_jobs()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        await dashboard.Browser.GetStringAsync("/api/v1/runs/oban/a%2Fb/export?stage=SyncJob%2FPageJob&state=Discarded&queue=q&error=17&q=eu&below=3&ids=1&ids=a%2Cb");

        var asked = dashboard.Exports.Asked.Single();
        Assert.Equal(["1", "a,b"], asked.Filter.Ids);
        Assert.Equal(
            new JobSelection { Source = "oban", RootId = "a/b", Filter = new() { Stage = "SyncJob/PageJob", States = [JobState.Discarded], Queue = "q", Error = 17, Texts = ["eu"], Below = "3", Ids = asked.Filter.Ids } }, asked);
    }

    [Theory]
    [InlineData("format=xml&state=x&error=-1&colour=1&q=%00&bom=maybe", "bom colour error format q state")]
    [InlineData("format=mermaid&state=completed&ids=1", "ids state")]
    [InlineData("bom=true", "bom")]
    [InlineData("stage=a&stage=b", "stage")]
    public async Task All_parameters_that_cannot_be_used_are_told_at_once(string query, string wrong)
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var problem = await dashboard.ProblemAsync("/api/v1/runs/oban/1/export?" + query, HttpStatusCode.BadRequest);

        Assert.Equal(wrong.Split(' '), problem.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order());
        Assert.Empty(dashboard.Exports.Asked);
    }

    [Fact]
    public async Task More_ids_than_can_be_are_refused()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        await dashboard.ProblemAsync("/api/v1/runs/oban/1/export?" + string.Join('&', Enumerable.Range(1, JobFilter.MostIds + 1).Select(n => $"ids={n}")), HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task What_is_not_there_is_a_404_and_a_store_that_fails_a_503_and_both_are_no_file()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        dashboard.Exports.Run = null;
        await dashboard.ProblemAsync("/api/v1/runs/oban/999/export?format=csv", HttpStatusCode.NotFound);
        Assert.Equal("The run of job '10' has no stage 'Nope'.", (await dashboard.ProblemAsync("/api/v1/runs/oban/10/export?stage=Nope", HttpStatusCode.NotFound)).GetProperty("detail").GetString());

        dashboard.Exports.Run = SomeRuns.Run();
        dashboard.Exports.Jobs = _ => Failing(0);
        var answer = await dashboard.Browser.GetAsync("/api/v1/runs/oban/1/export?format=csv");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Null(answer.Content.Headers.ContentDisposition);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(0, dashboard.Exports.Open);
    }

    [Fact]
    public async Task A_store_that_fails_half_way_breaks_the_download_off()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        dashboard.Exports.Jobs = _ => Failing(5_000);

        using var answer = await dashboard.Browser.GetAsync("/api/v1/runs/oban/1/export?format=csv", HttpCompletionOption.ResponseHeadersRead);

        await Assert.ThrowsAnyAsync<Exception>(() => answer.Content.ReadAsStringAsync());
        await UntilAsync(() => dashboard.Exports.Open == 0);
    }

    [Fact]
    public async Task There_are_so_many_at_a_time_and_who_leaves_makes_room()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var cancelled = 0;
        dashboard.Exports.Jobs = token => Endless(token, () => Interlocked.Increment(ref cancelled));
        var answers = new List<HttpResponseMessage>();
        for (var place = 0; place < ExportPlaces.Count; place++)
            answers.Add(await dashboard.Browser.GetAsync("/api/v1/runs/oban/1/export?format=csv", HttpCompletionOption.ResponseHeadersRead));

        var refused = await dashboard.Browser.GetAsync("/api/v1/runs/oban/1/export");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
        Assert.Equal(TimeSpan.FromSeconds(10), refused.Headers.RetryAfter!.Delta);
        Assert.Equal(ExportPlaces.Count, dashboard.Exports.Asked.Count);

        // The client disconnects: what is read for it stops.
        foreach (var answer in answers)
            answer.Dispose();
        await UntilAsync(() => dashboard.Exports.Open == 0 && dashboard.Services.GetRequiredService<ExportPlaces>().Taken == 0);
        Assert.Equal(ExportPlaces.Count, cancelled);
        dashboard.Exports.Jobs = _ => SomeExports.Jobs(1);
        Assert.Equal(HttpStatusCode.OK, (await dashboard.Browser.GetAsync("/api/v1/runs/oban/1/export")).StatusCode);
    }

    [Fact]
    public async Task The_schema_is_served_and_what_is_served_fits_it()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var answer = await dashboard.Browser.GetAsync("/api/v1/schemas/run-export.schema.json");
        Assert.Equal("application/schema+json", answer.Content.Headers.ContentType!.MediaType);
        var schema = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

        Assert.Empty(new SchemaCheck(schema).Check(await dashboard.GetAsync("/api/v1/runs/oban/1/export?state=completed&ids=1")));
    }

    [Fact]
    public async Task The_statement_has_its_own_answer()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var answer = await dashboard.GetAsync("/api/v1/runs/oban/1/sql?stage=SyncJob&state=completed");

        Assert.Equal("select *\nfrom \"public\".\"oban_jobs\";", answer.GetProperty("sql").GetString());
        var sql = (FakeSql)dashboard.Services.GetRequiredService<IRunSql>();
        Assert.Equal(("SyncJob", JobState.Completed), (sql.Asked.Single().Filter.Stage, sql.Asked.Single().Filter.States.Single()));
        await dashboard.ProblemAsync("/api/v1/runs/oban/1/sql?format=csv", HttpStatusCode.BadRequest);
        sql.Answer = null;
        await dashboard.ProblemAsync("/api/v1/runs/oban/999/sql", HttpStatusCode.NotFound);
    }

    private static async IAsyncEnumerable<ExportedJob> Failing(int after)
    {
        await Task.CompletedTask;
        for (var n = 0; n < after; n++)
            yield return SomeExports.Job($"{n}");
        throw new NpgsqlException("gone");
    }

    private static async IAsyncEnumerable<ExportedJob> Endless(CancellationToken opened, Action onEnd, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        _ = opened;
        try
        {
            for (var n = 0; ; n++)
            {
                cancellation.ThrowIfCancellationRequested();
                yield return SomeExports.Job($"{n}", new string('x', 10_000));
                await Task.Yield();
            }
        }
        finally
        {
            onEnd();
        }
    }

    internal static async Task UntilAsync(Func<bool> holds)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromMinutes(3), "it did not come to hold");
            await Task.Delay(20);
        }
    }
}
