using JobLineage.Core.Sources;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Tests.Sources;

/// <summary>Links into the queue's own tool.</summary>
public class JobUrlTests
{
    [Theory]
    [InlineData("https://ops.internal/oban/jobs/{id}")]
    [InlineData("http://10.0.0.1:4000/jobs?id={id}#top")]
    public void A_web_address_with_the_id_behind_the_host_is_taken(string template) => Assert.Null(JobUrlTemplate.Problem(template));

    [Theory]
    [InlineData("https://ops.internal/oban/jobs")]
    [InlineData("/oban/jobs/{id}")]
    [InlineData("javascript:alert({id})")]
    [InlineData("javascript://host/%0aalert({id})")]
    [InlineData("data:text/html,{id}")]
    [InlineData("ftp://host/{id}")]
    [InlineData("//host/{id}")]
    [InlineData("https://{id}.host/x")]
    [InlineData("https://host{id}/x")]
    [InlineData("https://user:pass@host/{id}")]
    [InlineData("https://host:{id}/x/{id}")]
    [InlineData("https://{queue}.host/x/{id}")]
    [InlineData("https://host/{tenant}/{id}")]
    public void Anything_else_is_refused_at_start_by_name(string template)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["JobLineage:Sources:oban:Preset"] = "oban",
            ["JobLineage:Sources:oban:ConnectionString"] = "Host=h;Database=d",
            ["JobLineage:Sources:oban:JobUrl"] = template,
        }).Build();

        var errors = SourcesConfigurationReader.Read(configuration).Errors;

        Assert.StartsWith($"JobLineage:Sources:oban:JobUrl is '{template}'", Assert.Single(errors));
    }

    [Theory]
    [InlineData("7", "https://h/j/7")]
    [InlineData("a/b?c#d&e", "https://h/j/a%2Fb%3Fc%23d%26e")]
    [InlineData("\" onclick=", "https://h/j/%22%20onclick%3D")]
    [InlineData("..", null)]
    [InlineData(".", null)]
    public void An_id_goes_in_escaped_and_leads_nowhere_else(string id, string? expected) =>
        Assert.Equal(expected, JobUrlTemplate.Fill("https://h/j/{id}", id));

    [Fact]
    public void Queue_worker_and_schema_have_their_places_and_lead_nowhere_else_either()
    {
        const string template = "https://h/{schema}/queues/{queue}/jobs/{id}?by={worker}";
        Assert.Null(JobUrlTemplate.Problem(template));
        Assert.Equal("https://h/pgboss/queues/a%2Fb/jobs/%7Bqueue%7D?by=W", JobUrlTemplate.Fill(template, "{queue}", "a/b", "W", "pgboss"));
        Assert.Null(JobUrlTemplate.Fill(template, "7", "..", "W", "pgboss"));
    }

    [Theory]
    [InlineData("hangfire", "https://ops.internal", "https://ops.internal/hangfire/jobs/details/{id}")]
    [InlineData("pg_boss", "https://ops.internal/", "https://ops.internal/queues/{queue}/jobs/{id}")]
    [InlineData("pg_boss", "https://ops.internal/{id}", "https://ops.internal/{id}")]
    [InlineData("river", "http://10.0.0.1:8080", "http://10.0.0.1:8080/jobs/{id}")]
    public void An_origin_alone_gets_the_path_of_the_engines_own_tool(string preset, string configured, string expected)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["JobLineage:Sources:q:Preset"] = preset,
            ["JobLineage:Sources:q:ConnectionString"] = "Host=h;Database=d",
            ["JobLineage:Sources:q:JobUrl"] = configured,
        }).Build();
        var read = SourcesConfigurationReader.Read(configuration);
        Assert.Empty(read.Errors);
        Assert.Equal(expected, read.Sources.Single().Mapping.JobUrl);
    }
}
