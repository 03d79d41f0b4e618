using Bunit;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Components.Pages;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Components;

/// <summary>The filter above the list of jobs, over a store in memory.</summary>
public sealed class JobsFilterTests : PageContext
{
    private static TimeSpan Limit => TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_filter_that_is_typed_becomes_the_address_that_links_have()
    {
        var page = Open("tab=jobs&queue=scraper");
        page.WaitForAssertion(() => Assert.NotNull(page.Find("tr[data-job]")), Limit);

        await page.Find(".filter input").ChangeAsync("state:discarded args.source_id:13 \"a b\"");
        await page.Find(".filter").SubmitAsync();

        Assert.EndsWith("runs/oban/1?tab=jobs&state=discarded&q=args.source_id%3A13%20%22a%20b%22", Nav.Uri);
        page.WaitForAssertion(() => Assert.Equal("state:discarded args.source_id:13 \"a b\"", Views.Queries[^1].Filter.ToString()), Limit);
        page.WaitForAssertion(() => Assert.Equal("discarded", page.FindAll(".filter select")[1].QuerySelector("option[selected]")?.GetAttribute("value")), Limit);
        // It is offered when the list is there.
        var dialogs = Render<MudBlazor.MudDialogProvider>();
        page.WaitForAssertion(() => Assert.NotNull(page.Find("[data-export-menu=jobs]")), Limit);
        await page.Find("[data-export-menu=jobs]").ClickAsync();
        dialogs.WaitForAssertion(() => Assert.Contains("q=args.source_id%3A13", dialogs.Find("#export-jobs [data-export=csv]").GetAttribute("href")), Limit);
    }

    [Fact]
    public async Task A_wrong_word_is_said_where_it_was_typed_and_nothing_else_is_listed()
    {
        var page = Open("tab=jobs&stage=SyncJob&q=sate%3Adiscarded");

        page.WaitForAssertion(() => Assert.Contains("did you mean state:? A text with a colon is found in quotes. (at character 1)", page.Find("[data-filter-problem]").TextContent), Limit);
        Assert.Equal("sate:discarded", page.Find(".filter input").GetAttribute("value"));
        Assert.Empty(page.FindAll("tr[data-job]"));
        Assert.Empty(Views.Queries);
        Assert.EndsWith("runs/oban/1?tab=jobs&stage=SyncJob&state=discarded", page.Find("[data-filter-problem] a").GetAttribute("href"));

        // A wrong word that is typed leads nowhere, and one that is right again does.
        await page.Find(".filter input").ChangeAsync("state:broken");
        await page.Find(".filter").SubmitAsync();
        Assert.EndsWith("q=sate%3Adiscarded", Nav.Uri);
        Assert.Contains("'broken' is no state", page.Find("[data-filter-problem]").TextContent);
        await page.Find(".filter input").ChangeAsync("state:completed");
        await page.Find(".filter").SubmitAsync();
        Assert.EndsWith("runs/oban/1?tab=jobs&stage=SyncJob&state=completed", Nav.Uri);
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll("tr[data-job]")), Limit);
        Assert.Empty(page.FindAll("[data-filter-problem]"));
    }

    [Fact]
    public void What_the_address_says_twice_and_differently_is_refused()
    {
        var page = Open("tab=jobs&state=discarded&q=state%3Acompleted");

        page.WaitForAssertion(() => Assert.Contains("'state:' is said twice", page.Find("[data-filter-problem]").TextContent), Limit);
        Assert.Empty(Views.Queries);
    }

    [Fact]
    public async Task A_choice_mends_what_the_address_says_twice_and_any_other_stands_beside_it()
    {
        var page = Open("tab=jobs&state=discarded&q=state%3Acompleted%20eu");
        page.WaitForAssertion(() => Assert.Contains("'state:' is said twice", page.Find("[data-filter-problem]").TextContent), Limit);

        await page.FindAll(".filter select")[0].ChangeAsync("SyncJob");

        Assert.EndsWith("runs/oban/1?tab=jobs&stage=SyncJob&state=discarded&q=state%3Acompleted%20eu", Nav.Uri);
        page.WaitForAssertion(() => Assert.Equal("SyncJob", page.FindAll(".filter select")[0].QuerySelector("option[selected]")?.GetAttribute("value")), Limit);
        Assert.Contains("'state:' is said twice", page.Find("[data-filter-problem]").TextContent);
        Assert.Empty(Views.Queries);

        await page.FindAll(".filter select")[1].ChangeAsync("completed");

        Assert.EndsWith("runs/oban/1?tab=jobs&stage=SyncJob&state=completed&q=eu", Nav.Uri);
        page.WaitForAssertion(() => Assert.Equal("state:completed stage:SyncJob eu", Views.Queries[^1].Filter.ToString()), Limit);
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[data-filter-problem]")), Limit);
    }

    [Fact]
    public void A_text_that_no_database_can_hold_is_refused_and_not_passed_over()
    {
        var page = Open("tab=jobs&q=a%00b");

        page.WaitForAssertion(() => Assert.Contains("There is a character that no database can hold: a NUL, or half of a pair. (at character 2)", page.Find("[data-filter-problem]").TextContent), Limit);
        Assert.Empty(Views.Queries);
    }

    [Fact]
    public async Task What_is_typed_stays_while_the_run_changes_and_goes_with_a_choice()
    {
        var page = Open("tab=jobs");
        page.WaitForAssertion(() => Assert.NotNull(page.Find("tr[data-job]")), Limit);
        await page.Find(".filter input").ChangeAsync("eu");

        Reader.Put(SomeRuns.Run(version: 2));
        Signal.Raise(new RunKey("oban", "1"));
        page.WaitForAssertion(() => Assert.Equal("2", page.Find("[data-page=run]").GetAttribute("data-version")), Limit);
        await page.FindAll(".filter select")[1].ChangeAsync("discarded");

        Assert.EndsWith("runs/oban/1?tab=jobs&state=discarded&q=eu", Nav.Uri);
    }

    [Fact]
    public async Task A_choice_that_comes_before_the_page_has_followed_the_last_one_keeps_it()
    {
        Reader.Put(SomeRuns.Run());
        var filter = Render<JobLineage.Dashboard.Components.Jobs.JobsFilter>(p => p.Add(x => x.Run, SomeRuns.Run()).Add(x => x.Address, new() { Source = "oban", RootId = "1", Tab = "jobs" }));

        await filter.FindAll("select")[1].ChangeAsync("discarded");
        await filter.FindAll("select")[0].ChangeAsync("SyncJob");

        Assert.EndsWith("runs/oban/1?tab=jobs&stage=SyncJob&state=discarded", Nav.Uri);
    }

    [Fact]
    public async Task Options_are_offered_for_the_place_where_somebody_types()
    {
        var page = Open("tab=jobs");
        page.WaitForAssertion(() => Assert.NotNull(page.Find("tr[data-job]")), Limit);

        await page.Find(".filter-ask").ChangeAsync("9:state:dis");

        Assert.Equal("9:state:dis", page.Find("[role=listbox]").GetAttribute("data-asked"));
        var option = page.Find("[role=option]");
        Assert.Equal(("6", "9", "discarded "), (option.GetAttribute("data-from"), option.GetAttribute("data-to"), option.GetAttribute("data-insert")));
        await page.Find(".filter-ask").ChangeAsync("not a question");
        Assert.Empty(page.FindAll("[role=option]"));
        Assert.Equal(JobFilterWords.Of(JobFilterScope.Run).Count + 1, page.FindAll("#filter-words dt").Count);
    }

    private NavigationManager Nav => Services.GetRequiredService<NavigationManager>();

    private IRenderedComponent<RunPage> Open(string query)
    {
        Reader.Put(SomeRuns.Run());
        Nav.NavigateTo("runs/oban/1?" + query);
        return Render<RunPage>(p => p.Add(x => x.Source, "oban").Add(x => x.RootId, "1"));
    }
}
