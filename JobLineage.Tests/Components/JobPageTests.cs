using Bunit;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Components.Pages;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Components;

/// <summary>A job's page: the store's picture of it, and the queue's own row.</summary>
public sealed class JobPageTests : PageContext
{
    private const string Hostile = "<img src=x onerror=alert(1)> {0}";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly RunKey Key = new("oban", "7");

    private static Job Job => new()
    {
        Source = "oban",
        Id = "7",
        Worker = "App.PageJob",
        State = JobState.Discarded,
        ParentId = "5",
        Attempt = 2,
        MaxAttempts = 2,
        InsertedAt = SomeRuns.Noon,
        ScheduledAt = SomeRuns.Noon,
        AttemptedAt = SomeRuns.Noon.AddMinutes(1),
        FinishedAt = SomeRuns.Noon.AddMinutes(2),
        Errors = [new(1, SomeRuns.Noon.AddSeconds(9), "first\n  one"), new(2, SomeRuns.Noon.AddMinutes(2), Hostile + "\n  stack")],
    };

    [Fact]
    public async Task Columns_of_the_queues_own_row_are_shown_as_text()
    {
        Views.Native.Rows[Key] = new(NativeRowState.Present,
            [new("id", "7", 1, false), new("result", $$"""{"html":"{{Hostile}}"}""", 40, false), new("note<b>", Hostile, 30, false), new("nothing", null, 0, false), new("log", new string('x', 9_000), 70_000, true)],
            null, SomeRuns.Noon);

        var page = Show(new(Job, "1", "SyncJob/PageJob", [], []));

        page.WaitForAssertion(() => Assert.Equal(5, page.FindAll("[data-column]").Count), Limit);
        Assert.Empty(page.FindAll("img, b"));
        Assert.Contains(Hostile, page.Find("[data-column=result]").TextContent);
        Assert.Equal("null", page.Find("[data-column=nothing]").TextContent.Trim());
        Assert.Contains("first 9,000 of 70,000 characters", page.Find("[data-column=log] summary").TextContent);
        Assert.False(page.Find("[data-column=log] details").HasAttribute("open"));
        await AssertNothingLeaksAsync();
    }

    [Theory]
    [InlineData(99, false)]
    [InlineData(100, true)]
    public void Of_a_job_with_as_many_further_parents_as_are_kept_it_says_that_they_are_the_first(int count, bool isSaid)
    {
        var page = Show(new(Job with { Parents = [.. Enumerable.Range(1_000, count).Select(i => $"{i}")] }, "1", "SyncJob/PageJob", [], []));
        page.WaitForAssertion(() => Assert.Contains("Further parents", page.Markup), Limit);
        Assert.Equal(isSaid, page.Find("a[href$='/1000']").ParentElement!.TextContent.Contains("the first 100:", StringComparison.Ordinal));
    }

    [Fact]
    public void A_row_that_is_gone_and_a_source_that_does_not_answer_are_said()
    {
        var page = Show(new(Job with { IsGone = true }, "1", "SyncJob/PageJob", [], []));
        page.WaitForAssertion(() => Assert.Contains("from the store", page.Find("[data-native=gone]").TextContent), Limit);
        Assert.Contains("The source no longer has this row", page.Markup);

        Views.Native.Rows[new("oban", "8")] = new(NativeRowState.Unreachable, [], "The database of source 'oban' can't be reached: refused.", SomeRuns.Noon);
        var other = Show(new(Job with { Id = "8" }, "1", "SyncJob/PageJob", [], []));
        other.WaitForAssertion(() => Assert.Contains("can't be reached: refused. Everything else", other.Find("[data-view=native]").TextContent), Limit);
    }

    [Fact]
    public void The_source_is_asked_again_when_the_job_has_changed_and_not_when_only_its_run_has()
    {
        var page = Show(new(Job, "1", "SyncJob/PageJob", [], []));
        page.WaitForAssertion(() => Assert.Equal(1, Views.Native.Asked), Limit);

        Reader.Jobs[Key] = new(Job, "1", "SyncJob/PageJob", [], [new("SyncJob/PageJob/Next", "App.Next", new(Completed: 1), [])]);
        Signal.Raise(Key);
        page.WaitForAssertion(() => Assert.Contains("Next", page.Markup), Limit);
        Assert.Equal(1, Views.Native.Asked);

        Reader.Jobs[Key] = new(Job with { State = JobState.Available, FinishedAt = null }, "1", "SyncJob/PageJob", [], []);
        Signal.Raise(Key);
        page.WaitForAssertion(() => Assert.Equal(2, Views.Native.Asked), Limit);
    }

    [Fact]
    public void Attempts_and_siblings_are_told_with_where_they_lead()
    {
        var page = Show(new(Job, "1", "SyncJob/PageJob", [], []) { Siblings = new(new(Completed: 1_200, Discarded: 3), false, "6", "10/a") });

        page.WaitForAssertion(() => Assert.NotNull(page.Find("[data-view=siblings]")), Limit);
        var siblings = page.Find("[data-view=siblings]");
        Assert.Contains("1,203", siblings.TextContent);
        Assert.Equal("jobs/oban/6", siblings.QuerySelector("a[rel=prev]")!.GetAttribute("href"));
        Assert.Equal("jobs/oban/10/a", siblings.QuerySelector("a[rel=next]")!.GetAttribute("href"));
        Assert.Equal("runs/oban/1?tab=jobs&state=discarded&below=5", siblings.QuerySelector("a.state-discarded")!.GetAttribute("href"));
        Assert.Equal(
            ["inserted", "attempt 1 failed", "attempt 2 began", "attempt 2 failed", "discarded"],
            page.FindAll("[data-view=job-timeline] .what").Select(step => step.TextContent.Trim()));
        var errors = page.FindAll(".errors details");
        Assert.Contains("Attempt 2", errors[0].TextContent);
        Assert.True(errors[0].HasAttribute("open"));
        Assert.False(errors[1].HasAttribute("open"));
        Assert.Empty(page.FindAll("img"));
    }

    [Fact]
    public void A_long_text_is_closed_and_says_how_long_it_is()
    {
        var page = Show(new(Job with { Args = $$"""{"a":"{{new string('y', 5_000)}}"}""", Meta = """{"b":1}""", IsCut = true }, "1", "SyncJob/PageJob", [], []));

        page.WaitForAssertion(() => Assert.Contains("5,008 characters", page.Find("details.long summary").TextContent), Limit);
        Assert.False(page.Find("details.long").HasAttribute("open"));
        Assert.Contains("\"b\": 1", page.Find("pre[aria-label=Meta]").TextContent);
    }

    [Fact]
    public void Further_parents_are_links_and_an_engine_that_keeps_no_errors_says_so()
    {
        var page = Show(new(Job with { Source = "procrastinate", Errors = [], Parents = ["6", "10/a"], MaxAttempts = 0 }, "1", "SyncJob/PageJob", [], []));

        page.WaitForAssertion(() => Assert.Contains("Procrastinate keeps no errors in the database", page.Markup), Limit);
        Assert.Equal(["jobs/procrastinate/6", "jobs/procrastinate/10/a"], page.FindAll("dt").Single(dt => dt.TextContent == "Further parents").NextElementSibling!.QuerySelectorAll("a").Select(a => a.GetAttribute("href")));
        Assert.Equal("2", page.FindAll("dt").Single(dt => dt.TextContent == "Attempt").NextElementSibling!.TextContent);

        var other = Show(new(Job with { Id = "8" }, "1", "SyncJob/PageJob", [], []));
        other.WaitForAssertion(() => Assert.Contains("Attempt 2", other.Find(".errors details").TextContent), Limit);
        Assert.DoesNotContain("keeps no errors", other.Markup);
    }

    private IRenderedComponent<JobPage> Show(JobView view)
    {
        Reader.Jobs[new(view.Job.Source, view.Job.Id)] = view;
        return Render<JobPage>(p => p.Add(x => x.Source, view.Job.Source).Add(x => x.Id, view.Job.Id));
    }
}
