using Bunit;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Components.Pages;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Components;

/// <summary>Two runs side by side, over a store in memory.</summary>
public sealed class ComparePageTests : PageContext
{
    private const string Hostile = "<img src=x onerror=alert(1)> {0} \"'";

    private static TimeSpan Limit => TimeSpan.FromSeconds(30);

    private NavigationManager Nav => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public async Task Both_runs_their_stages_errors_and_arguments_stand_side_by_side()
    {
        Put("1", """{"city":"Krakow"}""");
        var run = Put("2", """{"city":"Gdynia"}""", new StageError("SyncJob/MoviePageJob", 7, Hostile, 5, 0));
        Comparisons.Sides["2"] = Comparisons.Sides["2"] with
        {
            Run = run with { Stages = [run.Stages[0], run.Stages[1] with { Counts = new(Completed: 90, Discarded: 5) }, run.Stages[2]] },
        };
        var page = Open("1...2");

        page.WaitForAssertion(() => Assert.NotNull(page.Find("[data-page=compare]")), Limit);
        Assert.Equal(("1", "2"), (page.Find("[data-page]").GetAttribute("data-before"), page.Find("[data-page]").GetAttribute("data-after")));
        Assert.Equal(
            ["SyncJob same", "SyncJob/MoviePageJob less", "SyncJob/MoviePageJob/MovieDetailJob same", "SyncJob/MoviePageJob/ShowtimeProcessJob removed"],
            page.FindAll("[data-stage]").Select(n => $"{n.GetAttribute("data-stage")} {n.GetAttribute("data-change")}"));
        var cells = page.Find("[data-stage-row='SyncJob/MoviePageJob']").TextContent;
        Assert.Contains("108 →", cells);
        Assert.Contains("−13", cells);
        Assert.Contains("+5.3 pt", cells);
        Assert.Contains("only after", page.Find("[data-error='7']").TextContent);
        Assert.Contains("<img src=x onerror=alert(1)> {0}", page.Find("[data-error='7'] code").TextContent);
        Assert.Empty(page.FindAll("img"));
        Assert.Equal("city\"Krakow\"\"Gdynia\"", string.Concat(page.Find("[data-arg=city]").Children.Select(c => c.TextContent)));
        Assert.NotEmpty(page.FindAll("[data-highlight=bad]"));
        Assert.Equal("compare/oban/2...1", page.FindAll("a.plain")[0].GetAttribute("href"));
        await AssertNothingLeaksAsync();
    }

    [Fact]
    public void The_address_holds_the_stage_the_choice_and_the_order()
    {
        Put("1");
        var run = Put("2");
        Comparisons.Sides["2"] = Comparisons.Sides["2"] with { Run = run with { Stages = [.. run.Stages.Take(2), run.Stages[2] with { Counts = new(Completed: 7) }, run.Stages[3]] } };
        var page = Open("1...2?only=changed&sort=failed&stage=SyncJob");

        page.WaitForAssertion(() => Assert.NotNull(page.Find("[data-stage-row]")), Limit);
        // The stage that is pointed at is shown in any case.
        Assert.Equal(["SyncJob", "SyncJob/MoviePageJob/MovieDetailJob"], page.FindAll("[data-stage-row]").Select(r => r.GetAttribute("data-stage-row")).Order());
        Assert.Equal("descending", page.FindAll("th[aria-sort]").Single().GetAttribute("aria-sort"));
        Assert.Equal("compare/oban/1...2?stage=SyncJob%2FMoviePageJob&only=changed&sort=failed", page.Find("a[data-stage='SyncJob/MoviePageJob']").GetAttribute("href"));
        Assert.Equal("compare/oban/2...1?stage=SyncJob&only=changed&sort=failed", page.FindAll("a.plain")[0].GetAttribute("href"));
    }

    [Fact]
    public void One_id_leads_to_the_last_good_run_before_it()
    {
        Comparisons.LastGood = "1";
        Open("2");
        Assert.EndsWith("/compare/oban/1...2", Nav.Uri);
    }

    [Fact]
    public async Task Without_a_good_run_it_says_so_and_takes_another_id()
    {
        var page = Open("2");
        page.WaitForAssertion(() => Assert.Contains("Compared with what is usual", page.Markup), Limit);
        // Sources may come in between: what is found must be what is clicked.
        await page.InvokeAsync(() => page.Find("form.other input").ChangeAsync(" 77 "));
        await page.InvokeAsync(() => page.Find("form.other").SubmitAsync());
        Assert.EndsWith("/compare/oban/77...2", Nav.Uri);
    }

    [Fact]
    public void Ids_that_hold_the_dots_themselves_are_looked_for_in_every_way()
    {
        Put("a...b");
        Put("c");
        var page = Open("a...b...c");
        page.WaitForAssertion(() => Assert.Equal("a...b", page.Find("[data-page]").GetAttribute("data-before")), Limit);
    }

    [Fact]
    public void What_is_not_there_is_named()
    {
        Put("1");
        var page = Open("1...99");
        page.WaitForAssertion(() => Assert.Contains("The source oban has no job 99", page.Markup), Limit);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_told_and_nothing_is_lost()
    {
        Comparisons.Failure = new TimeoutException();
        var page = Open("2");
        Assert.Contains("The store's database does not answer.", page.Markup);
        Assert.NotEmpty(page.FindAll("a[href$='/compare/oban/2']"));
        await AssertNothingLeaksAsync();
    }

    [Fact]
    public void When_a_run_changes_they_are_compared_again()
    {
        Put("1");
        var run = Put("2");
        var page = Open("1...2");
        page.WaitForAssertion(() => Assert.NotNull(page.Find("[data-stage-row]")), Limit);

        var grown = run with { Version = 2, Stages = [.. run.Stages, SomeRuns.Stage("SyncJob/NewJob", new(Available: 3))] };
        Comparisons.Sides["2"] = Comparisons.Sides["2"] with { Run = grown };
        Reader.Put(grown);
        Signal.Raise(new RunKey("oban", "2"));

        page.WaitForAssertion(() => Assert.NotNull(page.Find("[data-stage='SyncJob/NewJob'][data-change=added]")), Limit);
    }

    private RunSnapshot Put(string id, string? args = null, params StageError[] errors)
    {
        var run = SomeRuns.Run(id) with { RootArgs = args };
        Reader.Put(run);
        Comparisons.Sides[id] = new(run, new Dictionary<string, StageSpans>(), errors, false);
        return run;
    }

    private IRenderedComponent<ComparePage> Open(string address)
    {
        Nav.NavigateTo($"compare/oban/{address}");
        return Render<ComparePage>(p => p.Add(c => c.Source, "oban").Add(c => c.Pair, address.Split('?')[0]));
    }
}
