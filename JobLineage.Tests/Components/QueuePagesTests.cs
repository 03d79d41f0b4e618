using Bunit;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Feeds;
using JobLineage.Dashboard.Components.Pages;
using JobLineage.Dashboard.Components.Queues;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Components;

/// <summary>The pages of queues and pipelines, what doctor says of a source, and what this program is.</summary>
public sealed class QueuePagesTests : PageContext
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Queues_stand_by_what_they_are_doing_and_link_to_their_pages()
    {
        var page = Render<QueuesPage>();

        page.WaitForAssertion(() => Assert.Equal(["mail", "ops"], page.FindAll("[data-queue]").Select(row => row.GetAttribute("data-queue"))), Limit);
        var mail = page.Find("[data-queue=mail]");
        Assert.Equal("queues/oban/mail", mail.QuerySelector("a.row-link")!.GetAttribute("href"));
        Assert.Contains("paused", mail.TextContent);
        Assert.Contains("web@1", mail.TextContent);
        await AssertNothingLeaksAsync();
    }

    [Fact]
    public async Task A_queue_says_why_it_stands_still_who_serves_it_and_which_runs_wait_for_it()
    {
        Reader.Incidents = new(SomeRuns.Noon,
        [
            new("queue:oban:mail", "oban", FindingKind.Stuck, "mail is paused") { Waiting = 3, Runs = [new("60", "App.SyncJob", "stuck", "SyncJob/MailJob", 3)] },
            new("queue:oban:other", "oban", FindingKind.Stuck, "other stopped") { Waiting = 9, Runs = [new("61", "App.SyncJob", "stuck", null, 9)] },
        ]);

        var page = Render<QueuesPage>(p => p.Add(q => q.Source, "oban").Add(q => q.Queue, "mail"));

        page.WaitForAssertion(() => Assert.Contains("says oban_producers. 3 jobs are waiting. → Resume it.", page.Find("[data-condition=paused]").TextContent), Limit);
        page.WaitForAssertion(() => Assert.Equal("runs/oban/60?stage=SyncJob%2FMailJob", Assert.Single(page.FindAll(".waiting a")).GetAttribute("href")), Limit);
        Assert.Contains("web@1", page.Find("tbody").TextContent);
        Assert.Equal("./?source=oban&q=queue%3Amail%20state%3Aavailable%20from%3A7d", page.FindAll("a").Last().GetAttribute("href"));
        await AssertNothingLeaksAsync();
    }

    [Theory]
    [InlineData(0, 0, null, null, QueueCondition.Idle)]
    [InlineData(3, 2, 60, 0.1, QueueCondition.Moving)]
    [InlineData(3, 0, 1, null, QueueCondition.Moving)]
    [InlineData(3, 0, 60, 50.0, QueueCondition.Stopped)]
    [InlineData(3, 0, 60, null, QueueCondition.Stopped)]
    [InlineData(3, 2, 60, 50.0, QueueCondition.Held)]
    public void What_a_queue_is_doing_is_read_off_its_numbers(long ready, long running, int? oldest, double? started, QueueCondition condition)
    {
        var queue = new QueueLine("mail") { Ready = ready, Executing = running, OldestReadyAt = Ago(oldest), LastStartedAt = Ago(started) };
        Assert.Equal(condition, QueueWords.ConditionOf(queue, SomeRuns.Noon, Patience));
        Assert.Equal(QueueCondition.Paused, QueueWords.ConditionOf(queue with { Said = new(true, null, null, "t", null, []) }, SomeRuns.Noon, Patience));
        if (queue is { Ready: > 0, Executing: 0 })
            Assert.Equal(QueueCondition.Unserved, QueueWords.ConditionOf(queue with { Said = new(null, null, null, null, "nodes", []) }, SomeRuns.Noon, Patience));
    }

    [Fact]
    public async Task All_pipelines_are_listed_with_their_newest_runs()
    {
        Reader.AllPipelines = new(SomeRuns.Noon,
        [
            new("oban", "App.SyncJob", 12) { NewestId = "60", NewestStartedAt = SomeRuns.Noon, NewestState = RunState.Stuck, Reason = "scraper_detail stopped 2 min ago", Trend = new([new("7", TimeSpan.FromMinutes(4), 10, 3)]) },
            new("oban", "Other.SyncJob", 3),
        ], 2);

        var page = Render<PipelinesPage>();

        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("[data-pipeline]").Count), Limit);
        var first = page.Find("[data-pipeline='App.SyncJob']");
        Assert.Equal(["runs/oban/60", "pipelines/oban/App.SyncJob", "runs/oban/7", "./?source=oban&worker=App.SyncJob"], first.QuerySelectorAll("a").Select(a => a.GetAttribute("href")));
        Assert.Equal("scraper_detail stopped 2 min ago", first.QuerySelector(".why")!.TextContent);
        await AssertNothingLeaksAsync();
    }

    [Fact]
    public async Task Doctor_says_of_a_source_what_is_wrong_first()
    {
        var advice = Render<SourceAdvice>(p => p.Add(a => a.Source, "oban"));
        await advice.Find("[data-act=check]").ClickAsync();
        Assert.Equal(["problem", "advice", "good"], advice.FindAll("[data-level]").Select(check => check.GetAttribute("data-level")));
        Assert.Contains("It is <b>gone</b>.", advice.Find("[data-level=problem]").TextContent);

        var other = Render<SourceAdvice>(p => p.Add(a => a.Source, "mails"));
        await other.Find("[data-act=check]").ClickAsync();
        Assert.Equal("This source is not configured here.", other.Find(".note").TextContent);
    }

    [Fact]
    public async Task About_names_the_version()
    {
        var page = Render<AboutPage>();
        Assert.Matches(@"^\d+\.\d+", page.Find("[data-version-of-program]").TextContent);
        await AssertNothingLeaksAsync();
    }

    private static DateTimeOffset? Ago(double? minutes) => minutes is { } m ? SomeRuns.Noon.AddMinutes(-m) : null;
}
