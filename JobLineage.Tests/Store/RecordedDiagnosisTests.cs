using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using JobLineage.Core.Store.Reading;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Store;

/// <summary>
/// The five questions, asked of a run that the real Oban wrote: its pages were cut short, its detail queue was paused,
/// its geocoding queue never had a worker. Judged half an hour after the last thing that happened.
/// </summary>
public sealed class RecordedDiagnosisTests
{
    private const string Page = "SyncJob/MoviePageJob";
    private const string Showtime = Page + "/ShowtimeProcessJob";

    private static readonly DateTimeOffset Later = new(2026, 11, 22, 5, 50, 30, TimeSpan.Zero);

    [Fact]
    public async Task Did_the_root_spawn_every_child_it_should_have()
    {
        var run = await RunAsync();
        var missing = Assert.Single(run.Findings, f => f.Kind == FindingKind.Missing);
        Assert.Equal((Page, 89L, 108L, 19L), (missing.Stage, missing.Evidence["actual"], missing.Evidence["expected"], missing.Evidence["missing"]));
        Assert.Equal("19 MoviePageJobs were never created. SyncJob announced 108; 89 were created. Open job 60: it may have stopped half-way.", missing.Reason);
        Assert.Equal(["60"], missing.Jobs);
    }

    [Fact]
    public async Task Which_completed_parents_have_no_children()
    {
        // All 76 pages that completed have some; of the showtimes most have none, and that is how they are.
        var run = await RunAsync();
        Assert.DoesNotContain(run.Findings, f => f.Kind == FindingKind.Childless);
        Assert.Equal((0L, 110L), (run.Stages.Single(s => s.Path == Page).Childless, run.Stages.Single(s => s.Path == Showtime).Childless));

        var bereft = await RunAsync(
            """
            update oban_jobs set meta = meta - 'parent_job_id' where meta->>'parent_job_id' in (
                select id::text from oban_jobs where worker like '%MoviePageJob' and state = 'completed' and meta->>'parent_job_id' = '60' order by id limit 2)
            """);
        var childless = Assert.Single(bereft.Findings, f => f.Kind == FindingKind.Childless);
        Assert.Equal((Page, 2L, 76L), (childless.Stage, childless.Evidence["count"], childless.Evidence["total"]));
        Assert.Equal(2, childless.Jobs.Count);
    }

    [Fact]
    public async Task Do_these_waiting_jobs_belong_to_the_same_run()
    {
        await using var fixture = await StoreFixture.CreateAsync(RecordedData.ObanEnd);
        await fixture.FilledAsync();
        var reader = Reader(fixture);
        var run = (await reader.FindRunAsync("oban", "60", default))!;
        var waiting = run.Findings.Where(f => f.Kind == FindingKind.Stuck && (string?)f.Evidence["state"] == "available").ToList();
        Assert.Equal(2, waiting.Count);
        foreach (var job in waiting.SelectMany(f => f.Jobs))
            Assert.Equal(("60", "60"), ((await reader.FindRunAsync("oban", job, default))!.RootId, (await reader.FindJobAsync("oban", job, default))!.Ancestors[0].Id));
        // One job of the geocoding queue belongs to no run, or to another: the queue has 20, the run 19.
        Assert.Equal(20L, waiting.Single(f => f.Stage!.EndsWith("GeocodeJob", StringComparison.Ordinal)).Evidence["queueReady"]);
    }

    [Fact]
    public async Task Why_are_these_jobs_never_executing()
    {
        var run = await RunAsync();
        Assert.Equal(RunState.Stuck, run.State);
        var paused = run.Findings.Single(f => f.Stage == Page + "/MovieDetailJob" && f.Kind == FindingKind.Stuck);
        Assert.Equal(
            "scraper_detail stopped 30 min ago. 61 MovieDetailJobs are waiting, none is running. The queue is paused, or its last worker is gone. Resume it, or start a node.",
            paused.Reason);
        var never = run.Findings.Single(f => f.Stage == Showtime + "/GeocodeJob");
        Assert.StartsWith("google_lookup has never started a job. 19 GeocodeJobs are waiting, none is running. No worker seems to serve it.", never.Reason);
        var orphan = run.Findings.Single(f => f.Stage == Page && Equals(f.Evidence.GetValueOrDefault("cause"), "orphan"));
        Assert.Equal("eventasaurus@worker-1", orphan.Evidence["node"]);
    }

    [Fact]
    public async Task Which_jobs_failed_with_which_error_and_under_which_ancestor()
    {
        var run = await RunAsync();
        var failing = run.Findings.Where(f => f.Kind == FindingKind.Failing).ToDictionary(f => f.Stage!);
        Assert.Equal([294L, 8L, 3L, 2L], failing.Values.Select(f => (long)f.Evidence["count"]!).OrderDescending());
        Assert.Contains(":movie_not_ready", failing[Showtime].Reason);
        Assert.True((bool)failing[Showtime].Evidence["isFirstOfRun"]! || failing.Values.Any(f => f.Evidence["isFirstOfRun"] is true));
        var notify = failing[Showtime + "/EnrichmentJob"];
        var ancestor = Assert.IsType<Dictionary<string, object?>>(notify.Evidence["ancestor"]);
        Assert.Equal(Page, ancestor["stage"]);
        Assert.Contains("Above them, 8 of 89 MoviePageJobs had already failed", notify.Reason);
    }

    [Fact]
    public async Task Right_after_the_last_sign_of_life_nothing_is_called_stuck()
    {
        var run = await RunAsync(at: new(2026, 11, 22, 5, 20, 25, TimeSpan.Zero));
        Assert.DoesNotContain(run.Findings, f => f.Kind == FindingKind.Stuck);
        Assert.Equal(RunState.Failing, run.State);
    }

    private static async Task<RunSnapshot> RunAsync(string change = "select 1", DateTimeOffset? at = null)
    {
        await using var fixture = await StoreFixture.CreateAsync(RecordedData.ObanEnd);
        await fixture.SqlAsync(change);
        await fixture.FilledAsync();
        return (await Reader(fixture, at).FindRunAsync("oban", "60", default))!;
    }

    private static RunReader Reader(StoreFixture fixture, DateTimeOffset? at = null) =>
        new(fixture.Store, new DiagnosisOptions(), new TestClock(at ?? Later));
}
