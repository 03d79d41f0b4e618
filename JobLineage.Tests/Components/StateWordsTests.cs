using Bunit;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Jobs;
using JobLineage.Dashboard.Components.Pages;
using JobLineage.Dashboard.Components.Runs;
using JobLineage.Tests.Support;
using StageTree = JobLineage.Dashboard.Components.Runs.StageTree;

namespace JobLineage.Tests.Components;

/// <summary>Where a state is shown, its tooltip says what the engine itself calls it.</summary>
public sealed class StateWordsTests : PageContext
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("pg_boss", JobState.Retryable, "retryable: pg-boss says \"retry\"")]
    [InlineData("pg_boss", JobState.Scheduled, "scheduled: pg-boss says \"created\" with start_after ahead")]
    [InlineData("pg_boss", JobState.Completed, null)]
    [InlineData("procrastinate", JobState.Executing, "executing: Procrastinate says \"doing\" or \"aborting\"")]
    [InlineData("procrastinate", JobState.Suspended, null)]
    [InlineData("hangfire", JobState.Cancelled, "cancelled: Hangfire says \"Deleted\"")]
    [InlineData("graphile_worker", JobState.Executing, "executing: graphile-worker says locked_at is set")]
    [InlineData("graphile_worker", JobState.Completed, null)]
    [InlineData("research_jobs", JobState.Cancelled, "cancelled: research_jobs says \"canceled\" or \"cancelled\"")]
    [InlineData("oban", JobState.Suspended, null)]
    public void A_state_is_said_in_the_words_of_the_engine_where_they_differ(string preset, JobState state, string? said) =>
        Assert.Equal(said, StateWords.Of(Presets.Find(preset, "q")!, state));

    [Fact]
    public void A_queue_that_is_only_configured_has_its_own_words()
    {
        var mapping = new SourceMapping { Name = "q", Table = "t", State = "s", Worker = "w", States = new Dictionary<string, JobState> { ["new"] = JobState.Available, ["open"] = JobState.Available, ["held"] = JobState.Available, ["done"] = JobState.Completed } };
        Assert.Equal("available: the queue says \"new\", \"open\" or \"held\"", StateWords.Of(mapping, JobState.Available));
        Assert.Equal("The queue says \"done\"", StateWords.OfWord(mapping, "done"));
        Assert.Null(StateWords.OfWord(mapping, null));
    }

    [Fact]
    public void A_word_of_our_making_is_no_word_of_an_engine()
    {
        foreach (var engine in Presets.All)
        {
            var words = engine.Map("q").States.Keys.ToHashSet();
            Assert.All(engine.OwnWords.Keys, word => Assert.Contains(word, words));
        }
    }

    [Fact]
    public void The_page_of_a_job_says_it_and_its_row_says_which_word_it_is()
    {
        var job = new Job { Source = "pg_boss", Id = "7", Worker = "mail", State = JobState.Scheduled };
        Views.Native.Rows[new("pg_boss", "7")] = new(NativeRowState.Present, [new("id", "7", 1, false)], null, SomeRuns.Noon) { Word = "later" };
        Reader.Jobs[new("pg_boss", "7")] = new(job, "7", "mail", [], []);
        var page = Render<JobPage>(p => p.Add(x => x.Source, "pg_boss").Add(x => x.Id, "7"));
        page.WaitForAssertion(() => Assert.Contains("Its state: pg-boss says \"created\" with start_after ahead.", page.Find("[data-view=native]").TextContent), Limit);
        Assert.Equal("scheduled: pg-boss says \"created\" with start_after ahead", page.Find(".head .chip").GetAttribute("title"));
    }

    [Fact]
    public void The_list_and_the_tree_say_it()
    {
        var address = new RunAddress { Source = "pg_boss", RootId = "1" };
        var row = Render<JobRow>(p => p.Add(x => x.Job, Line(JobState.Retryable)).Add(x => x.Address, address));
        Assert.Equal("retryable: pg-boss says \"retry\"", row.Find(".c-state .count").GetAttribute("title"));

        var tree = Render<StageTree>(p => p.Add(x => x.Run, SomeRuns.Run() with { Source = "pg_boss" }).Add(x => x.Address, address));
        Assert.Equal("executing: pg-boss says \"active\"", tree.Find("[data-state=executing]").GetAttribute("title"));
        Assert.False(tree.Find("[data-state=completed]").HasAttribute("title"));
    }

    private static JobLine Line(JobState state) => new() { Id = "7", State = state, Stage = "mail", Worker = "mail", Queue = "mail", Attempt = 1, MaxAttempts = 3 };
}
