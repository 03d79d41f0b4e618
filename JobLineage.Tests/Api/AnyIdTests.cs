using System.Net;
using System.Net.Sockets;
using System.Text;
using JobLineage.Core.Model;
using JobLineage.Tests.Hosting;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Api;

/// <summary>Any id that a queue can hold opens by its own link: a page, and the API.</summary>
[Takes(12)]
public sealed class AnyIdTests
{
    private static readonly string[] Ids =
    [
        "a/b", "a//b", "/a", "a/", "/", "//", ".", "..", "../..", "a/../b", "./a", "50%", "%", "%%", "%2F", "a%2Fb", "%252F", "%2e%2e", "a%b/c", "a\\b", "..\\..",
        "a b", "a+b", "a?b", "a#b", "a&b=c", "~", "łódź/ü", "a;b", "a:b", "'\"<>", "tab\there", "new\nline", "api", "runs/oban", "{id}", "10/jobs",
    ];

    [Fact]
    public async Task A_page_opens_by_the_link_that_pages_and_messages_have()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var wrong = new List<string>();
        foreach (var id in Ids)
        {
            Hold(dashboard, id);
            // As a browser reads a link: the address is made normal before anything is sent.
            var page = await dashboard.Browser.GetAsync(new Uri(new Uri(dashboard.Address, "/"), PagePaths.Job("oban", id)));
            if (page.StatusCode != HttpStatusCode.OK || !(await page.Content.ReadAsStringAsync()).Contains("data-page=\"job\"", StringComparison.Ordinal))
                wrong.Add($"{id}: {page.StatusCode}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task The_API_opens_by_the_query_whatever_the_id_is()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        foreach (var id in Ids)
            await IsOpenedByQueryAsync(dashboard, id);
    }

    private static async Task IsOpenedByQueryAsync(TestDashboard dashboard, string id)
    {
        Hold(dashboard, id);
        var query = "?id=" + Uri.EscapeDataString(id);

        Assert.Equal(id, (await dashboard.GetAsync("/api/v1/jobs/oban/" + query)).GetProperty("job").GetProperty("id").GetString());
        Assert.Equal(id, (await dashboard.GetAsync("/api/v1/jobs/oban" + query)).GetProperty("job").GetProperty("id").GetString());
        Assert.Equal(id, (await dashboard.GetAsync("/api/v1/jobs/oban/~" + query)).GetProperty("job").GetProperty("id").GetString());
        await dashboard.Browser.GetAsync("/api/v1/runs/oban/~/export" + query + "&format=csv");
        await dashboard.Browser.GetAsync(new Uri(dashboard.Address, "/" + PagePaths.Export("oban", id, ("format", "csv"))));
        Assert.Equal([id, id], dashboard.Exports.Asked.TakeLast(2).Select(asked => asked.RootId));
    }

    [Fact]
    public async Task The_API_opens_by_the_path_in_which_everything_is_escaped()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var wrong = new List<string>();
        // As encodeURIComponent does it; parts of dots no browser would send.
        foreach (var id in Ids.Where(id => id is not ("." or "..")))
        {
            Hold(dashboard, id);
            var answer = await SendRawAsync(dashboard.Address, $"/api/v1/jobs/oban/{Uri.EscapeDataString(id)}");
            if (!answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
                wrong.Add($"{id}: {answer.Split('\r')[0]}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task An_id_may_hold_a_slash()
    {
        await using var dashboard = await TestDashboard.StartAsync();

        Assert.Equal("10", (await dashboard.GetAsync("/api/v1/runs/oban/a%2Fb")).GetProperty("root").GetString());
    }

    [Theory]
    [InlineData("/jobs/oban/50%25", "/jobs/oban/?id=50%25")]
    [InlineData("/jobs/oban/a%2Fb", "/jobs/oban/a/b")]
    [InlineData("/jobs/oban/a%252Fb", "/jobs/oban/?id=a%252Fb")]
    [InlineData("/runs/oban/a%2fb?tab=jobs&stage=x%2Fy", "/runs/oban/a/b?tab=jobs&stage=x%2Fy")]
    [InlineData("/compare/oban/a%2F1...b%2F2", "/compare/oban/a/1...b/2")]
    [InlineData("/infer/oban/100%25", "/infer/oban/?id=100%25")]
    [InlineData("/admin/job-lineage/100%25", "/admin/job-lineage?id=100%25")]
    [InlineData("/pipelines/oban/App%2FSync%25", "/pipelines/oban/?worker=App%2FSync%25")]
    public async Task A_page_that_is_addressed_otherwise_leads_to_its_own_link(string typed, string link)
    {
        await using var dashboard = await TestDashboard.StartAsync();

        var answer = await dashboard.Browser.GetAsync(new Uri(dashboard.Address, typed));

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(link, answer.Headers.Location!.OriginalString);
        // A run's page may lead to its root, and the looking up to a run; nothing leads to itself.
        Assert.NotEqual(link, (await dashboard.Browser.GetAsync(answer.Headers.Location)).Headers.Location?.OriginalString);
    }

    [Theory]
    [InlineData("/api/v1/jobs/oban/?id=a%00b", true)]
    [InlineData("/api/v1/runs/oban/~/jobs?id=%00", true)]
    [InlineData("/api/v1/infer/oban/?id=%00", true)]
    [InlineData("/api/v1/compare/oban/?pair=1...%00", true)]
    [InlineData("/exports/oban/?id=%00&format=csv", false)]
    [InlineData("/jobs/oban/?id=%00", false)]
    [InlineData("/runs/oban/?id=a%00", false)]
    [InlineData("/infer/oban/?id=%00", false)]
    [InlineData("/compare/oban/?pair=%00...1", false)]
    [InlineData("/admin/job-lineage?id=%00", false)]
    public async Task An_id_that_no_queue_can_hold_is_refused_before_anything_is_asked(string path, bool isApi)
    {
        await using var dashboard = await TestDashboard.StartAsync();
        dashboard.Store.Failure = new InvalidOperationException("The store was asked.");

        var answer = await dashboard.Browser.GetAsync(path);

        Assert.Equal((HttpStatusCode.BadRequest, isApi ? "application/problem+json" : "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Contains("holds the character NUL", await answer.Content.ReadAsStringAsync());
        // In a path the server does the same.
        Assert.StartsWith("HTTP/1.1 400", await SendRawAsync(dashboard.Address, "/jobs/oban/a%00b"));
    }

    [Fact]
    public void No_link_changes_when_a_browser_or_a_proxy_makes_it_normal()
    {
        foreach (var link in Ids.SelectMany(id => (string[])
            [PagePaths.Job("oban", id), PagePaths.Run("oban", id), PagePaths.Infer("oban", id), PagePaths.Compare("oban", id, id), PagePaths.Lookup(id), PagePaths.Export("oban", id)]))
        {
            var path = link.Split('?')[0];
            Assert.Equal("/" + path, new Uri(new("http://host/"), link).AbsolutePath);
            // A proxy decodes, merges slashes and encodes again.
            var decoded = Uri.UnescapeDataString(path);
            Assert.DoesNotContain("//", decoded);
            Assert.DoesNotContain("%", decoded);
            Assert.DoesNotContain("%2F", path);
            Assert.DoesNotContain(decoded.Split('/'), part => part is "." or "..");
        }
    }

    private static void Hold(TestDashboard dashboard, string id) =>
        dashboard.Store.Job = Some.JobView() with { Job = Some.JobView().Job with { Id = id } };

    private static async Task<string> SendRawAsync(Uri server, string path)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(server.Host, server.Port);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}
