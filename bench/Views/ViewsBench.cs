using JobLineage.Bench.Measuring;
using JobLineage.Core.Model;
using JobLineage.Core.Store.Reading;

namespace JobLineage.Bench.Views;

/// <summary>What each view of a run costs where the run has 1,000,000 jobs.</summary>
internal sealed class ViewsBench : IBenchmark
{
    public string Name => "views";

    public string Description => "each view of a run of 1,000,000 jobs in 200 stages; [rounds, default 7]";

    public async Task RunAsync(BenchServer server, Report report, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var rounds = Arguments.Number(arguments, 0, 7);
        await using var store = await report.WhileAsync("views: filling the store", () => ViewsDataset.OpenAsync(server, cancellation));
        var views = new ViewsReader(store, TimeProvider.System);
        var all = new JobsQuery { Source = "bench", RootId = ViewsDataset.Root };
        var big = all with { Filter = new() { Stage = ViewsDataset.BigStage } };
        var error = (await views.FindErrorsAsync("bench", ViewsDataset.Root, cancellation))!.Groups[0].Fingerprint;
        var middle = (await views.ListJobsAsync(big with { Filter = big.Filter with { States = [JobState.Completed] }, Sort = JobSort.Oldest, Size = 200 }, cancellation))!.Next;

        Variant Jobs(string name, JobsQuery query) => new("jobs: " + name, () => views.ListJobsAsync(query, cancellation));
        Variant[] variants =
        [
            Jobs("all, errors first", all),
            Jobs("all, newest", all with { Sort = JobSort.Newest }),
            Jobs("all, last finished", all with { Sort = JobSort.Finished }),
            Jobs("stage of 500,000, newest", big with { Sort = JobSort.Newest }),
            Jobs("stage of 500,000, behind 200 of one moment", big with { Filter = big.Filter with { States = [JobState.Completed] }, Sort = JobSort.Oldest, After = middle }),
            Jobs("stage of 500,000, executing", big with { Filter = big.Filter with { States = [JobState.Executing] } }),
            Jobs("one error", all with { Filter = new() { Error = error } }),
            Jobs("one error, retryable", all with { Filter = new() { Error = error, States = [JobState.Retryable] } }),
            Jobs("queue that is 1 in 50", big with { Filter = big.Filter with { Queue = "q2" } }),
            Jobs("text that is in few", all with { Filter = new() { Texts = ["no such text"] } }),
            Jobs("stage of 500,000, text that is in none", big with { Filter = big.Filter with { Texts = ["no such text"] } }),
            Jobs("below a page, discarded", all with { Filter = new() { Below = "300", States = [JobState.Discarded] } }),
            new("jobs of 200 ids", () => views.JobsOfIdsAsync("bench", ViewsDataset.Root, [.. Enumerable.Range(400_000, 200).Select(n => $"{n}")], cancellation)),
            new("stage of 500,000: evidence", () => views.FindStageAsync("bench", ViewsDataset.Root, ViewsDataset.BigStage, cancellation)),
            new("errors", () => views.FindErrorsAsync("bench", ViewsDataset.Root, cancellation)),
            new("failures by page", () => views.GroupFailuresAsync("bench", ViewsDataset.Root, "SyncJob/PageJob", cancellation)),
            new("failures by job of the stage of 500,000", () => views.GroupFailuresAsync("bench", ViewsDataset.Root, ViewsDataset.BigStage, cancellation)),
            new("failed below a page", () => views.FindFailedBelowAsync("bench", "150", cancellation)),
            new("timeline", () => views.FindTimelineAsync("bench", ViewsDataset.Root, cancellation)),
        ];
        var measured = await report.WhileAsync("views: measuring", () => Paired.RunAsync(rounds, variants, cancellation, warmUp: 1));
        report.Table(
            $"views of a run of 1,000,000 jobs ({rounds} rounds)", ["view", "median", "p95", "fastest"],
            [.. measured.Select(one => new[] { one.Name, Report.Time(one.Median), Report.Time(one.P95), Report.Time(one.Fastest) })]);
    }
}
