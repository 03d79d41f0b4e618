using System.Net;
using JobLineage.Core.Lineage;
using JobLineage.Tests.Hosting;
using JobLineage.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Api;

/// <summary>Inferred descendants for programs.</summary>
public class InferenceApiTests
{
    [Fact]
    public async Task Stages_and_jobs_come_with_how_sure_and_why()
    {
        var untracked = new FakeUntracked();
        await using var dashboard = await TestDashboard.StartWithAsync(setup => setup.Builder.Services.AddSingleton<IUntrackedLineage>(untracked));

        var answer = await dashboard.GetAsync($"/api/v1/infer/oban/{untracked.Root}?by=sync&window=45m");

        Assert.Equal(("oban", untracked.Root, "sync", TimeSpan.FromMinutes(45)), Assert.Single(untracked.Asked));
        Assert.True(answer.GetProperty("inferred").GetBoolean());
        Assert.Equal(("sync", false), (answer.GetProperty("by").GetString(), answer.GetProperty("suggested").GetBoolean()));
        var stage = answer.GetProperty("stages")[1];
        Assert.Equal(("Sync/Page", true), (stage.GetProperty("path").GetString(), stage.GetProperty("inferred").GetBoolean()));
        Assert.Contains(stage.GetProperty("certainty").GetString(), new[] { "sure", "likely", "unsure" });
        var job = answer.GetProperty("jobs")[1];
        Assert.Equal(untracked.Root, job.GetProperty("parent").GetString());
        Assert.NotEqual(0, job.GetProperty("evidence").GetArrayLength());
        Assert.Equal(answer.GetProperty("total").GetInt32(), answer.GetProperty("jobs").GetArrayLength());
    }

    [Fact]
    public async Task What_cannot_be_used_is_told()
    {
        var untracked = new FakeUntracked();
        await using var dashboard = await TestDashboard.StartWithAsync(setup => setup.Builder.Services.AddSingleton<IUntrackedLineage>(untracked));

        var problem = await dashboard.ProblemAsync($"/api/v1/infer/oban/{untracked.Root}?window=soon&colour=red", HttpStatusCode.BadRequest);
        Assert.Equal(["colour", "window"], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order());
        problem = await dashboard.ProblemAsync($"/api/v1/infer/oban/{untracked.Root}?by=nothing", HttpStatusCode.BadRequest);
        Assert.Contains("sync", problem.GetProperty("errors").GetProperty("by")[0].GetString());
        await dashboard.ProblemAsync("/api/v1/infer/oban/999999", HttpStatusCode.NotFound);
        untracked.Problem = "The database did not answer in time.";
        problem = await dashboard.ProblemAsync($"/api/v1/infer/oban/{untracked.Root}", HttpStatusCode.ServiceUnavailable);
        Assert.Equal(untracked.Problem, problem.GetProperty("detail").GetString());
    }
}
