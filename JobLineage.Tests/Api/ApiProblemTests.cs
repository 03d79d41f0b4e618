using System.Net;
using JobLineage.Tests.Hosting;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Api;

/// <summary>What can't be answered is a problem with a sentence, and tells nothing of what is inside.</summary>
[Takes(12)]
public sealed class ApiProblemTests
{
    [Theory]
    [InlineData("/api/v1/runs/oban/999", "Source 'oban' has no run with job '999', or it is older than what is kept.")]
    [InlineData("/api/v1/jobs/oban/999", "Source 'oban' has no job '999', or it is older than what is kept.")]
    [InlineData("/api/v1/runs/oben/10", "There is no source 'oben'; there are oban.")]
    [InlineData("/api/v1/nothing", "There is nothing at this path.")]
    [InlineData("/api/v2/runs", "There is nothing at this path.")]
    public async Task What_does_not_exist_is_a_problem_with_a_sentence(string path, string detail)
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var problem = await dashboard.ProblemAsync(path, HttpStatusCode.NotFound);

        Assert.Equal(detail, problem.GetProperty("detail").GetString());
        Assert.Equal(404, problem.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task A_method_that_a_path_does_not_know_is_a_problem()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var answer = await dashboard.Browser.DeleteAsync("/api/v1/runs/oban/10");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("/api/v1/sources")]
    [InlineData("/api/v1/runs")]
    [InlineData("/api/v1/runs/oban/10")]
    [InlineData("/api/v1/jobs/oban/10")]
    public async Task A_store_that_does_not_answer_is_a_503_that_tells_nothing_of_it(string path)
    {
        await using var dashboard = await TestDashboard.StartAsync();
        dashboard.Store.Failure = new NpgsqlException("Failed to connect to 10.1.2.3:5432");

        var answer = await dashboard.SendAsync(HttpMethod.Get, path, ("Accept", "text/html"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotContain("10.1.2.3", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_mistake_of_ours_is_a_500_without_a_stack_trace()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        dashboard.Store.Failure = new InvalidOperationException("secret inside");

        var problem = await dashboard.ProblemAsync("/api/v1/sources", HttpStatusCode.InternalServerError);

        Assert.DoesNotContain("secret", problem.GetRawText());
        Assert.DoesNotContain(" at ", problem.GetRawText());
    }
}
