using Bunit;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Feeds;
using JobLineage.Dashboard.Components.Pages;
using JobLineage.Dashboard.Live;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Components;

/// <summary>What can be done with a source on its page.</summary>
public sealed class SourcesPageTests : PageContext
{
    private FakeSourceDesk Desk => Services.GetRequiredService<FakeSourceDesk>();

    [Fact]
    public async Task A_source_is_forgotten_only_after_it_was_said_what_that_removes()
    {
        Desk.Found["old"] = new("old", null, 1234, 0, 56, 7, 8, 2, null);
        Reader.Sources = [new("oban", FeedState.Live, SomeRuns.Noon, null, 0, 0), new("old", FeedState.Stopped, SomeRuns.Noon, null, 0, 0)];
        var cut = Render<SourcesPage>();
        await cut.WaitForElement("[data-source=old] [data-act=preview]", Limit).ClickAsync();
        cut.WaitForElement("[data-act=forget]", Limit);
        Assert.Contains("1,234 jobs, 56 runs, 7 summaries of runs that were dropped, 8 final failures.", cut.Markup);
        Assert.Contains("2 final failures will not be reported", cut.Markup);
        Assert.Empty(Desk.Forgotten);
        await cut.WaitForElement("[data-act=keep]", Limit).ClickAsync();
        Assert.Empty(Desk.Forgotten);
        await cut.WaitForElement("[data-source=old] [data-act=preview]", Limit).ClickAsync();
        await cut.WaitForElement("[data-act=forget]", Limit).ClickAsync();
        cut.WaitForAssertion(() => Assert.Equal(["old"], Desk.Forgotten), Limit);
        // What was said of it outlives its row.
        Reader.Sources = [Reader.Sources[0]];
        Signal.RaiseSources();
        cut.WaitForState(() => cut.FindAll("[data-source=old]").Count == 0, Limit);
        cut.WaitForAssertion(() => Assert.Equal("Source 'old' is forgotten.", cut.Find("[data-said]").TextContent), Limit);
    }

    [Fact]
    public async Task While_a_source_is_being_forgotten_nothing_else_can_be_done_with_it()
    {
        Desk.Found["old"] = new("old", null, 1, 0, 1, 0, 0, 0, null);
        Desk.Gate = new();
        var said = new List<Said>();
        var cut = Render<ForgetSource>(p => p.Add(x => x.Source, "old").Add(x => x.OnSaid, said.Add));
        await cut.Find("[data-act=preview]").ClickAsync();
        var first = cut.Find("[data-act=forget]").ClickAsync(new());
        Assert.All(cut.FindAll("button"), button => Assert.True(button.HasAttribute("disabled")));
        await cut.Find("[data-act=forget]").ClickAsync(new());
        Desk.Gate.SetResult();
        await first;
        Assert.Equal(["Source 'old' is forgotten."], said.Select(s => s.Text));
        Assert.False(cut.Find("[data-act=preview]").HasAttribute("disabled"));
    }

    private static TimeSpan Limit { get; } = TimeSpan.FromSeconds(20);

    [Fact]
    public void An_entry_of_which_not_all_is_found_is_said_with_why_and_no_longer_when_it_is()
    {
        ConfiguredNames.Add("jobs.tenant_a");
        Configured.Tell([new("jobs", "Schemas 'tenant.a' and 'tenant_a' would both be <b>.")]);
        Reader.Sources = [new("jobs.tenant_a", FeedState.Live, SomeRuns.Noon, null, 0, 0)];
        var cut = Render<SourcesPage>();
        Assert.Contains("Not all schemas of source 'jobs' are known and read", cut.WaitForElement("[data-unfound=jobs]", Limit).TextContent);
        Assert.Contains("Schemas 'tenant.a' and 'tenant_a' would both be <b>.", cut.Find("[data-unfound=jobs]").TextContent);
        Assert.Empty(cut.FindAll(".empty"));
        Configured.Tell([]);
        cut.WaitForState(() => cut.FindAll("[data-unfound]").Count == 0, Limit);
    }

    [Fact]
    public async Task Where_nothing_is_stored_both_pages_say_what_is_configured_and_why_it_is_not_found()
    {
        Configured.Tell([new("jobs", "No schema that this user may see is one of tenat_* and has a table oban_jobs.")]);
        Reader.Sources = [];
        IRenderedComponent<IComponent>[] pages = [Render<SourcesPage>(), Render<RunListPage>()];
        foreach (var page in pages)
        {
            Assert.Contains("No schema that this user may see is one of tenat_*", page.WaitForElement("[data-unfound=jobs]", Limit).TextContent);
            Assert.Equal("Nothing has been read yet", page.Find(".empty h2").TextContent);
            Assert.DoesNotContain("No queue is watched yet", page.Markup);
        }

        ConfiguredNames.Add("jobs.tenant_a");
        Configured.Tell([]);
        foreach (var page in pages)
            page.WaitForState(() => page.Find(".empty p").TextContent == "Source 'jobs.tenant_a' is configured, and has not been read yet." && page.FindAll("[data-unfound]").Count == 0, Limit);
        await AssertNothingLeaksAsync();
    }

    [Theory]
    [InlineData("No queue is watched yet")]
    [InlineData("Source 'oban' is configured, and has not been read yet.", "oban")]
    [InlineData("2 sources are configured, and none has been read yet.", "mails", "oban")]
    public void Only_where_none_is_configured_it_is_said_how_to(string sentence, params string[] configured)
    {
        ConfiguredNames.AddRange(configured);
        Reader.Sources = [];
        var cut = Render<SourcesPage>();
        Assert.Contains(sentence, cut.WaitForElement(".empty", Limit).TextContent);
        Assert.Equal(configured.Length == 0, cut.FindAll("pre").Count > 0);
        Assert.Empty(cut.FindAll("[data-unfound]"));
    }

    [Fact]
    public async Task A_source_that_is_still_read_is_said_to_be_read_again()
    {
        Desk.Found["oban"] = new("oban", null, 1, 1, 1, 0, 0, 0, "host:7");
        var cut = Render<ForgetSource>(p => p.Add(f => f.Source, "oban").Add(f => f.IsConfigured, true));
        await cut.Find("[data-act=preview]").ClickAsync();
        Assert.Contains("being read by host:7", cut.Markup);
    }

    [Fact]
    public async Task Rows_that_can_t_be_read_are_named_and_can_be_tried_again()
    {
        var cut = Render<PutAsideTable>(p => p.Add(t => t.Source, "t").Add(t => t.Count, 700).Add(t => t.Rows,
        [
            new BadRow("17", "ParentId", false, "22P05", "ParentId of row 17 can't be read: unsupported Unicode escape sequence (22P05)."),
            new BadRow("18", "Args", true, "22P05", "Args of row 18 can't be read: <b>."),
        ]));
        Assert.Equal("700", cut.Find("h2 .num").TextContent);
        Assert.Contains("The newest 2 are listed.", cut.Markup);
        Assert.Equal("jobs/t/17", cut.Find("a[data-row-id='17']").GetAttribute("href"));
        Assert.Contains("Its state is not known", cut.Find("tr:has([data-row-id='17'])").TextContent);
        Assert.Contains("The job is shown without it.", cut.Find("tr:has([data-row-id='18'])").TextContent);
        Assert.DoesNotContain("<b>", cut.Markup);
        await cut.Find("[data-act=retry]").ClickAsync();
        Assert.Equal(["t"], Desk.Retried);
    }
}
