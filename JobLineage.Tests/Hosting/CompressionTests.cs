using System.Net;
using JobLineage.Dashboard.Security;

namespace JobLineage.Tests.Hosting;

/// <summary>What goes over the line, to those who take it compressed.</summary>
public sealed class CompressionTests
{
    [Theory]
    [InlineData("/", "text/html", "br")]
    [InlineData("/", "text/html", "gzip")]
    [InlineData("/runs/oban/10", "text/html", "br")]
    [InlineData("/api/v1/sources", "application/json", "gzip")]
    [InlineData("/openapi/v1.json", "application/json", "br")]
    public async Task Pages_and_JSON_are_compressed_for_those_who_ask(string path, string kind, string encoding)
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var plain = await dashboard.SendAsync(HttpMethod.Get, path);
        var packed = await dashboard.SendAsync(HttpMethod.Get, path, ("Accept-Encoding", encoding));

        Assert.Equal((kind, kind), (plain.Content.Headers.ContentType!.MediaType, packed.Content.Headers.ContentType!.MediaType));
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        Assert.Equal([encoding], packed.Content.Headers.ContentEncoding);
        Assert.Contains("Accept-Encoding", packed.Headers.Vary);
    }

    /// <summary>Of what another site makes a browser ask for, the length must tell nothing.</summary>
    [Theory]
    [InlineData("same-origin", true)]
    [InlineData("none", true)]
    [InlineData("same-site", false)]
    [InlineData("cross-site", false)]
    public async Task A_page_that_another_site_asks_for_is_not_compressed(string site, bool isCompressed)
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var answer = await dashboard.SendAsync(HttpMethod.Get, "/?text=secret", ("Accept-Encoding", "br, gzip"), ("Sec-Fetch-Site", site));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(isCompressed, answer.Content.Headers.ContentEncoding.Count > 0);
    }

    /// <summary>A secret that stays the same could be found out by the lengths of many answers.</summary>
    [Fact]
    public async Task A_forms_token_is_another_in_each_answer()
    {
        await using var dashboard = await TestDashboard.StartAsync((AccessRules.PasswordKey, TestDashboard.Password));
        var pages = new[] { await dashboard.Browser.GetStringAsync("/login"), await dashboard.Browser.GetStringAsync("/login") };

        var tokens = pages.Select(page => TestDashboard.TokenOf(page).Value).ToList();
        Assert.NotEqual(tokens[0], tokens[1]);
        // Not even how it begins, beyond the mark that all protected data bear.
        Assert.NotEqual(tokens[0][..40], tokens[1][..40]);
    }

    [Fact]
    public async Task Events_are_not_compressed()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/runs/oban/10/events") { Headers = { { "Accept-Encoding", "br, gzip" } } };
        using var answer = await dashboard.Browser.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.Empty(answer.Content.Headers.ContentEncoding);
    }
}
