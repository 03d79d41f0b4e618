using JobLineage.Core.Model;

namespace JobLineage.Tests.Store;

/// <summary>What is wrong across the runs of a store, what lists say of each, and the pipelines with their newest runs.</summary>
public sealed class IncidentsReaderTests
{
    [Fact]
    public async Task Runs_that_wait_for_one_queue_are_one_incident_and_a_run_that_is_stuck_and_failing_counts_in_both()
    {
        await using var fixture = await StuckAsync();

        var view = await fixture.Reader.FindIncidentsAsync(new(), default);

        var queue = view.Items.Single(incident => incident.Key == "queue:oban:pages");
        Assert.Equal((FindingKind.Stuck, 3L, "pages has never started a job"), (queue.Kind, queue.Waiting, queue.Headline));
        Assert.Equal(["11", "1"], queue.Runs.Select(run => run.RootId));
        Assert.Equal((3, 2, 1, false), (view.Running, view.Stuck, view.Failing, view.IsAtLeast));
        Assert.Equal(1L, view.Items.Single(incident => incident.Key == "failing:oban:Sync/Mail").Failed);

        Assert.Empty((await fixture.Reader.FindIncidentsAsync(new("other"), default)).Items);
        Assert.Empty((await fixture.Reader.FindIncidentsAsync(new("oban", "Well"), default)).Items);
        async Task<IEnumerable<string>> In(RunState state) => (await fixture.Reader.ListRunsAsync(new() { State = state }, default)).Runs.Select(run => run.RootId).Order();
        Assert.Equal(["1", "11", "21"], await In(RunState.Running));
        Assert.Equal(["1", "11"], await In(RunState.Stuck));
        Assert.Equal(["11"], await In(RunState.Failing));
    }

    [Fact]
    public async Task A_line_of_the_list_says_why_and_a_pipeline_says_of_its_newest_run_what_the_list_says()
    {
        await using var fixture = await StuckAsync();
        var runs = (await fixture.Reader.ListRunsAsync(new(), default)).Runs.ToDictionary(run => run.RootId);
        Assert.Equal("pages has never started a job", runs["1"].Reason);
        Assert.Null(runs["21"].Reason);

        var pipelines = await fixture.Reader.FindPipelinesAsync(default);
        Assert.Equal([("App.Sync", 2L, "11", RunState.Stuck), ("App.Well", 1L, "21", RunState.Running)],
            pipelines.Items.Select(line => (line.Worker, line.Runs, line.NewestId!, line.NewestState)));
        Assert.Equal("pages has never started a job", pipelines.Items[0].Reason);

        var history = (await fixture.Reader.FindPipelineAsync(new() { Source = "oban", Worker = "App.Sync" }, default))!;
        Assert.All(history.Runs, run => Assert.Equal(RunState.Stuck, run.State));
        Assert.All(history.Charted, run => Assert.Equal(RunState.Stuck, run.State));
    }

    /// <summary>Two runs wait in a queue that nobody serves, one of them with a failure; a third goes on.</summary>
    private static async Task<StoreFixture> StuckAsync()
    {
        var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync(
            (1, null, "App.Sync", "completed"), (2, "1", "App.Page", "available"),
            (11, null, "App.Sync", "completed"), (12, "11", "App.Page", "available"), (13, "11", "App.Page", "available"), (14, "11", "App.Mail", "discarded"),
            (21, null, "App.Well", "completed"), (22, "21", "App.Step", "executing"));
        await fixture.SqlAsync(
            """
            update oban_jobs set queue = 'pages', scheduled_at = now() at time zone 'UTC' - interval '1 hour' where worker = 'App.Page';
            update oban_jobs set attempted_at = now() at time zone 'UTC' where id = 22;
            """);
        await fixture.FilledAsync();
        return fixture;
    }
}
