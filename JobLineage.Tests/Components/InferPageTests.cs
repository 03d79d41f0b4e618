using Bunit;
using JobLineage.Dashboard.Components.Pages;
using JobLineage.Dashboard.Components.Shared;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Components;

public sealed class InferPageTests : PageContext
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public void Every_stage_says_that_it_is_inferred_and_how_sure()
    {
        var page = Page("?stage=Sync%2FPage");
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("[data-inferred-stage]")), Limit);

        Assert.Contains("not recorded", page.Find("[data-inferred]").TextContent);
        var stages = page.FindAll("[data-inferred-stage]");
        Assert.Equal("Sync", stages[0].GetAttribute("data-stage"));
        Assert.All(stages.Skip(1), s => Assert.Contains("inferred: ", s.QuerySelector("[data-certainty]")!.TextContent));
        Assert.Contains("Held together by sync", page.Find("[data-window]").TextContent);
        Assert.Equal("true", page.Find("[data-key=sync]").GetAttribute("aria-current"));
        Assert.NotEmpty(page.FindAll("[data-inferred-jobs] [data-job]"));
        Assert.Contains("inserted ", page.Find("[data-inferred-jobs]").TextContent);
        Assert.Equal(("oban", Untracked.Root, null, TimeSpan.FromHours(2)), Assert.Single(Untracked.Asked));
    }

    [Fact]
    public void The_address_holds_key_window_and_stage()
    {
        var page = Page("?by=source_id&window=30m");
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("[data-inferred-stage]")), Limit);
        Assert.Equal(("oban", Untracked.Root, "source_id", TimeSpan.FromMinutes(30)), Assert.Single(Untracked.Asked));
        Assert.Contains("by=source_id&window=30m&stage=Sync%2FPage", page.Find("[data-stage='Sync/Page'] a").GetAttribute("href"));
        Assert.Contains("by=source_id&window=12h", page.FindAll(".choices a").Select(a => a.GetAttribute("href")!).Single(h => h.Contains("window=12h")));
    }

    [Fact]
    public async Task What_stands_in_the_way_is_said_and_can_be_tried_again()
    {
        Untracked.Problem = "The database of source 'oban' did not answer in time.";
        var page = Page("");
        page.WaitForAssertion(() => Assert.Contains("did not answer in time", page.Find("[data-problem]").TextContent), Limit);
        Untracked.Problem = null;
        await page.FindAll("button").Single(b => b.TextContent == "Try again").ClickAsync();
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("[data-inferred-stage]")), Limit);
    }

    [Fact]
    public async Task Whoever_leaves_ends_the_reading()
    {
        Untracked.Hangs = true;
        var page = Page("");
        Assert.Contains("Searching the queue", page.Find("[role=status]").TextContent);
        await DisposeComponentsAsync();
        page.WaitForAssertion(() => Assert.Equal(1, Untracked.Ended), Limit);
    }

    [Fact]
    public void A_job_without_descendants_offers_to_look_for_them()
    {
        var link = Render<FindUntracked>(p => p.Add(l => l.Source, "oban").Add(l => l.Id, "7"));
        Assert.Equal("infer/oban/7", link.Find("[data-untracked]").GetAttribute("href"));
        Assert.Empty(Render<FindUntracked>(p => p.Add(l => l.Source, "oban").Add(l => l.Id, "7").Add(l => l.IsShown, false)).FindAll("a"));
    }

    private IRenderedComponent<InferPage> Page(string query)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo($"infer/oban/{Untracked.Root}{query}");
        return Render<InferPage>(p => p.Add(x => x.Source, "oban").Add(x => x.Id, Untracked.Root));
    }
}
