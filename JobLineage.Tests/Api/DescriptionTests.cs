using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using JobLineage.Tests.Contract;
using JobLineage.Tests.Export;
using JobLineage.Tests.Hosting;
using JobLineage.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Api;

/// <summary>The description of the API, against what the API answers.</summary>
public sealed class DescriptionTests
{
    [Fact]
    public async Task Every_endpoint_answers_as_it_is_described()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        dashboard.Store.Job = Some.JobView();
        dashboard.Views.Groups = new("", [], 0, 0, 0, 0);
        dashboard.Views.Timeline = new(SomeRuns.Noon, null, null, [], null, null);
        dashboard.Digests.Digests.Add(FakeDigests.View(FakeDigests.Summary(11)));
        dashboard.Store.Pipeline = SomePipelines.Of("App.SyncJob", SomePipelines.Run(1));
        var comparisons = dashboard.Services.GetRequiredService<FakeComparisons>();
        comparisons.Sides["10"] = comparisons.Sides["11"] = new(SomeRuns.Run(), new Dictionary<string, Core.Model.StageSpans>(), [], false);
        var untracked = dashboard.Services.GetRequiredService<FakeUntracked>();
        var shapes = await DescribedShapes.ReadAsync(dashboard);
        var paths = shapes.Document.GetProperty("paths");
        var (told, shaped) = (0, 0);
        foreach (var path in paths.EnumerateObject())
        {
            var operation = path.Value.GetProperty("get");
            Assert.NotEmpty(operation.GetProperty("summary").GetString()!);
            var parameters = operation.TryGetProperty("parameters", out var list) ? list.EnumerateArray().ToList() : [];
            Assert.All(parameters, parameter => Assert.False(string.IsNullOrEmpty(parameter.TryGetProperty("description", out var text) ? text.GetString() : null), $"{path.Name}: {parameter}"));
            var names = parameters.Select(p => p.GetProperty("name").GetString()!).ToList();
            var query = (names.Contains("by") && !path.Name.Contains("infer") ? "?by=SyncJob" : "") + (names.Contains("path") ? "?path=SyncJob" : "");

            await AnswersAsync(operation, Filled(path.Name, "10", "11") + query, HttpStatusCode.OK);
            if (path.Name.Contains('{'))
            {
                dashboard.Exports.Run = null;
                (dashboard.Views.Errors, dashboard.Views.Groups, dashboard.Views.Timeline, dashboard.Views.Jobs) = (null, null, null, _ => null);
                if (!path.Name.EndsWith("/sql") && !path.Name.EndsWith("/stage"))
                    await AnswersAsync(operation, Filled(path.Name, "999", "999").Replace("/queues/oban", "/queues/none") + query, HttpStatusCode.NotFound);
                dashboard.Exports.Run = SomeRuns.Run();
                (dashboard.Views.Errors, dashboard.Views.Groups, dashboard.Views.Timeline) = (new([], 0, 0, []), new("", [], 0, 0, 0, 0), new(SomeRuns.Noon, null, null, [], null, null));
                dashboard.Views.Jobs = _ => Core.Model.JobsPage.Empty;
            }

            if (names.Contains("state"))
                await AnswersAsync(operation, Filled(path.Name, "10", "11") + "?state=broken&colour=1", HttpStatusCode.BadRequest);
            told++;
        }

        Assert.True(told >= 20, $"{told} endpoints");
        Assert.True(shaped >= 15, $"{shaped} answers have a shape");

        string Filled(string path, string root, string job) => path.Replace("{source}", "oban").Replace("{rootId}", root)
            .Replace("{pair}", $"{root}...{job}").Replace("{worker}", root == "10" ? "App.SyncJob" : "App.None")
            .Replace("{id}", path.Contains("infer") && job == "11" ? untracked.Root : job);

        async Task AnswersAsync(JsonElement operation, string path, HttpStatusCode expected)
        {
            using var answer = await dashboard.Browser.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
            Assert.True(expected == answer.StatusCode, $"{path} answers {answer.StatusCode}");
            Assert.True(operation.GetProperty("responses").TryGetProperty($"{(int)expected}", out var described), $"{path}: {expected} is not described");
            var types = described.GetProperty("content").EnumerateObject().Select(t => t.Name).ToList();
            Assert.Contains(answer.Content.Headers.ContentType!.MediaType!, types);
            Assert.NotNull(answer.Headers.CacheControl);
            Assert.True(operation.GetProperty("responses").TryGetProperty("401", out _));
            if (expected != HttpStatusCode.OK || !described.GetProperty("content").TryGetProperty("application/json", out var json) || !json.GetProperty("schema").TryGetProperty("$ref", out _))
                return;
            shapes.Check(json.GetProperty("schema"), JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement, path);
            shaped++;
        }
    }

    [Fact]
    public async Task Every_shape_that_leaves_the_program_is_described_and_what_leaves_something_out_says_so()
    {
        var shapes = await DescribedShapes.ReadAsync();
        var roots = typeof(ContractContext).GetCustomAttributesData().Where(a => a.AttributeType == typeof(JsonSerializableAttribute))
            .Select(a => ((Type)a.ConstructorArguments[0].Value!).Name).ToList();

        Assert.True(roots.Count > 25, $"{roots.Count} shapes");
        Assert.Empty(roots.Except(shapes.All.EnumerateObject().Select(s => s.Name)));
        Assert.All(
            ["StatsAnswer", "TreeAnswer", "JobChildrenAnswer", "JobAncestorsAnswer", "DoctorAnswer", "RunExportAnswer"],
            name => Assert.Contains("may be null are left out", shapes.All.GetProperty(name).GetProperty("description").GetString()));
        Assert.All(
            ["RunAnswer", "JobAnswer", "DroppedRunAnswer", "FinishedEvent"],
            name => Assert.DoesNotContain("may be null are left out", shapes.All.GetProperty(name).TryGetProperty("description", out var said) ? said.GetString() : ""));
        Assert.Contains("leaves out members", shapes.Document.GetProperty("info").GetProperty("description").GetString());
    }

    [Fact]
    public async Task Either_null_or_something_else_is_said_only_of_what_is_not_null_anyway()
    {
        var shapes = await DescribedShapes.ReadAsync();
        var nothing = JsonDocument.Parse("null").RootElement;
        var choices = Choices(shapes.Document).Where(choice => choice.EnumerateArray().Any(one => one.TryGetProperty("type", out var type) && type.ValueEquals("null"))).ToList();

        Assert.NotEmpty(choices);
        Assert.All(choices, choice => Assert.True(choice.EnumerateArray().Count(one => new SchemaCheck(shapes.Document).Check(one, nothing).Count == 0) == 1, choice.GetRawText()));
        Assert.Equal("#/components/schemas/RawJson", shapes.All.GetProperty("JobAnswer").GetProperty("properties").GetProperty("args").GetProperty("$ref").GetString());

        static IEnumerable<JsonElement> Choices(JsonElement part) => part.ValueKind switch
        {
            JsonValueKind.Object => part.EnumerateObject().SelectMany(p => p.NameEquals("oneOf") ? Choices(p.Value).Prepend(p.Value) : Choices(p.Value)),
            JsonValueKind.Array => part.EnumerateArray().SelectMany(Choices),
            _ => [],
        };
    }

    [Fact]
    public async Task What_a_text_finds_is_described_where_it_is_a_filter_of_jobs_and_where_it_is_not()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var paths = (await dashboard.GetAsync("/openapi/v1.json")).GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.GetProperty("get").TryGetProperty("parameters", out var list) ? list.EnumerateArray().Select(p => (Path: path.Name, Parameter: p)) : [])
            .Where(p => p.Parameter.GetProperty("name").GetString() == "q")
            .ToDictionary(p => p.Path, p => p.Parameter.GetProperty("description").GetString()!);

        Assert.Equal(4, paths.Count);
        Assert.All(paths, path => Assert.StartsWith(path.Key.EndsWith("/runs") ? "Only runs" : "Only jobs that this filter finds", path.Value));
    }

    [Theory]
    [InlineData("/api")]
    [InlineData("/api/")]
    [InlineData("/api/v1")]
    [InlineData("/api/v1/runs/oban")]
    [InlineData("/api/v1/runs/oban/10/nothing")]
    [InlineData("/api/v1/schemas/other.json")]
    [InlineData("/openapi/v9.json")]
    public async Task A_path_that_is_none_is_a_problem(string path)
    {
        await using var dashboard = await TestDashboard.StartAsync();

        await dashboard.ProblemAsync(path, HttpStatusCode.NotFound);
    }
}
