using Bunit;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Runs;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Components;

public sealed class FindingListTests : PageContext
{
    private const string Page = "SyncJob/MoviePageJob";

    private static readonly Finding Stuck = new(
        FindingKind.Stuck, Page, "61 jobs are ready and nothing consumes queue scraper.",
        new Dictionary<string, object?>
        {
            ["state"] = "available",
            ["since"] = SomeRuns.Noon.AddHours(-1),
            ["queue"] = "<scraper>",
            ["queueReady"] = 2_461L,
            ["queueExecuting"] = 0L,
            ["queueLastAttemptedAt"] = null,
            ["startsPerMinute"] = 0.0,
            ["affected"] = 412L,
            ["stages"] = new List<Dictionary<string, object?>>
            {
                new() { ["stage"] = Page, ["count"] = 400L }, new() { ["stage"] = "SyncJob", ["count"] = 12L },
            },
            ["thresholdSeconds"] = 300.0,
        },
        ["11", "a/b c"])
    {
        AlsoStages = ["SyncJob"],
    };

    [Fact]
    public void A_finding_shows_its_sentence_its_evidence_and_the_way_to_jobs_and_stages()
    {
        var item = Show(Stuck).Find("[data-finding=stuck]");
        Assert.Contains(Stuck.Reason, item.TextContent);
        var facts = item.QuerySelectorAll(".facts > div").Select(f => string.Join(' ', f.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))).ToList();
        Assert.Contains("also 12 in SyncJob", facts);
        Assert.Contains("queue <scraper> 2,461 ready, 0 executing", facts);
        Assert.Contains("last start there never seen", facts);
        Assert.Contains("threshold 5 min", facts);
        Assert.Contains("jobs, a sample 11 a/b c", facts);
        Assert.Equal(["docs/findings#stuck", $"stage:{Page}", "stage:SyncJob", "jobs/oban/11", "jobs/oban/a/b%20c"], item.QuerySelectorAll("a").Select(a => a.GetAttribute("href")));
        Assert.NotNull(item.QuerySelector("time"));
    }

    [Fact]
    public void Failures_show_errors_with_their_numbers_as_text()
    {
        var item = Show(new Finding(
            FindingKind.Failing, Page, "3 of 4 jobs failed for good.",
            new Dictionary<string, object?>
            {
                ["errors"] = new List<Dictionary<string, object?>> { new() { ["fingerprint"] = "<b>boom</b>", ["count"] = 1_111L } },
                ["first"] = new Dictionary<string, object?> { ["job"] = "7", ["at"] = SomeRuns.Noon },
                ["isFirstOfRun"] = true,
            }, [])).Find("[data-finding=failing]");
        Assert.Contains("1,111 ×", item.TextContent);
        Assert.Contains("<b>boom</b>", item.TextContent);
        Assert.DoesNotContain(item.QuerySelectorAll("b"), b => b.TextContent == "boom");
        Assert.Contains("first of the run", item.TextContent);
    }

    [Fact]
    public void Many_findings_are_folded_below_the_worst()
    {
        var list = Show([.. Enumerable.Range(0, 9).Select(i => Stuck with { Kind = i < 5 ? FindingKind.Stuck : FindingKind.Waiting, Reason = $"Reason {i}." })]);
        Assert.Equal(9, list.FindAll("[data-finding]").Count);
        Assert.Equal(4, list.FindAll("details.more [data-finding]").Count);
        Assert.Equal("4 more findings: 4 waiting", list.Find("summary.rest").TextContent);
        Assert.Equal(6, Show([.. Enumerable.Repeat(Stuck, 6)]).FindAll("section > ul > [data-finding]").Count);
    }

    [Fact]
    public void The_worst_of_each_kind_is_never_folded()
    {
        var list = Show(
        [
            .. Enumerable.Range(0, 8).Select(i => Stuck with { Kind = FindingKind.Failing, Reason = $"Failure {i}." }),
            Stuck with { Kind = FindingKind.Missing }, Stuck with { Kind = FindingKind.Childless }, Stuck with { Kind = FindingKind.Waiting },
        ]);
        Assert.Equal(
            ["failing", "failing", "failing", "missing", "childless"],
            list.FindAll("section > ul > [data-finding]").Select(f => f.GetAttribute("data-finding")));
        Assert.Equal("6 more findings: 5 failing, 1 waiting", list.Find("summary.rest").TextContent);
    }

    [Fact]
    public void What_others_wrote_is_text_and_addresses_nothing()
    {
        const string hostile = "<img src=x onerror=alert(1)>\u202e'\"";
        var item = Show(Stuck with
        {
            Reason = $"Job {hostile}.",
            Jobs = ["javascript:alert(1)", "../../admin", hostile],
            AlsoStages = [hostile],
            Evidence = new Dictionary<string, object?>
            {
                ["queue"] = hostile,
                ["queueReady"] = 1L,
                ["queueExecuting"] = 0L,
                ["node"] = hostile,
                ["errors"] = new List<Dictionary<string, object?>> { new() { ["fingerprint"] = hostile, ["count"] = 1L } },
                ["first"] = new Dictionary<string, object?> { ["job"] = "//evil.example", ["at"] = SomeRuns.Noon },
            },
        }).Find("[data-finding]");

        Assert.Null(item.QuerySelector("img"));
        Assert.Contains(hostile, item.QuerySelector(".reason")!.TextContent);
        var hrefs = item.QuerySelectorAll("a").Select(a => a.GetAttribute("href")!).ToList();
        Assert.Contains("jobs/oban/javascript%3Aalert%281%29", hrefs.Select(Encoded));
        Assert.Contains("jobs/oban/?id=..%2F..%2Fadmin", hrefs);
        Assert.All(hrefs, href => Assert.True(href.StartsWith("jobs/oban/", StringComparison.Ordinal) || href.StartsWith("stage:", StringComparison.Ordinal) || href == "docs/findings#stuck", href));
        // Where they lead is a job's page, whatever the id would like.
        Assert.All(hrefs.Where(href => href.StartsWith("jobs", StringComparison.Ordinal)), href => Assert.StartsWith("/jobs/oban/", new Uri(new("http://here/"), href).AbsolutePath));
    }

    [Fact]
    public void A_finding_links_the_first_of_its_stages_that_the_run_has_and_five_jobs_at_most()
    {
        var item = Show(Stuck with
        {
            Stage = "SyncJob/Gone",
            AlsoStages = [Page],
            Evidence = new Dictionary<string, object?> { ["affected"] = 4L },
            Jobs = [.. Enumerable.Range(1, 9).Select(i => $"{i}")],
        });

        Assert.Equal(["docs/findings#stuck", $"stage:{Page}"], item.FindAll(".links a").Select(a => a.GetAttribute("href")));
        Assert.Equal(["1", "2", "3", "4", "5"], item.FindAll("a.id").Select(a => a.TextContent));
        Assert.Equal(["docs/findings#stuck"], Show(Stuck with { Stage = null, AlsoStages = [] }).FindAll(".links a").Select(a => a.GetAttribute("href")));
    }

    [Fact]
    public void A_finding_with_nothing_but_a_sentence_is_a_sentence()
    {
        var item = Show(new Finding(FindingKind.Cycle, null, "A circle.", new Dictionary<string, object?>(), [])).Find("[data-finding=cycle]");

        Assert.Equal("A circle.", item.QuerySelector(".reason")!.TextContent.Trim());
        Assert.Equal("docs/findings#cycle", Assert.Single(item.QuerySelectorAll("a, dl")).GetAttribute("href"));
    }

    [Fact]
    public void Folded_they_are_one_line_that_counts_the_kinds()
    {
        var list = Render<FindingList>(p => p
            .Add(x => x.Run, SomeRuns.Run() with { Findings = [Stuck, Stuck with { Stage = "SyncJob" }, Stuck with { Kind = FindingKind.Missing }] })
            .Add(x => x.StageHref, path => $"stage:{path}")
            .Add(x => x.IsFolded, true));

        Assert.Equal("3 findings: 2 stuck, 1 missing", list.Find("summary.rest").TextContent);
        Assert.Equal(3, list.FindAll("details.more [data-finding]").Count);
        Assert.Empty(list.FindAll("section > ul"));
    }

    [Fact]
    public void Without_findings_there_is_nothing() => Assert.Equal("", Show().Markup.Trim());

    // Parentheses may stay as they are in an address.
    private static string Encoded(string href) => href.Replace("(", "%28").Replace(")", "%29");

    private IRenderedComponent<FindingList> Show(params Finding[] findings) => Render<FindingList>(p => p
        .Add(x => x.Run, SomeRuns.Run() with { Findings = findings })
        .Add(x => x.StageHref, path => $"stage:{path}"));
}
