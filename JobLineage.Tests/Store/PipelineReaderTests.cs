using JobLineage.Core.Model;
using JobLineage.Core.Store.History;

namespace JobLineage.Tests.Store;

/// <summary>The runs of a pipeline as the store tells them, against what was put into the queue.</summary>
public sealed class PipelineReaderTests
{
    private const string Worker = "App.Sync/All.Jobs";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Pages_orders_news_and_medians_are_those_of_the_runs_dropped_or_not(int seed)
    {
        var random = new Random(seed);
        await using var fixture = await StoreFixture.ObanAsync();
        var runs = await MakeAsync(fixture, random, 140);
        var feed = await fixture.FilledAsync();
        // The oldest leave the queue; those that are finished and older than ten days are dropped.
        var pruned = runs.Where(r => r.DaysAgo > 8 && r.IsFinished).ToList();
        await fixture.SqlAsync("delete from oban_jobs where id = any(@ids)", new { ids = pruned.SelectMany(r => r.Jobs.Select(j => j.Id)).ToArray() });
        await feed.ReconcileAsync();
        var (dropped, _) = await new OldRuns(fixture.Store, feed.Record).DropAllAsync(TimeSpan.FromDays(10));
        var gone = pruned.Where(r => r.DaysAgo > 10.5).ToList();
        Assert.InRange(dropped, gone.Count, pruned.Count);

        foreach (var sort in Enum.GetValues<PipelineSort>())
        {
            foreach (var days in (int?[])[null, 7, 30])
                await CompareAsync(fixture, runs, sort, days);
        }

        var page = (await fixture.Reader.FindPipelineAsync(Query(), default))!;
        Assert.All(gone.Take(3), run => Assert.NotNull(fixture.Reader.FindDroppedAsync("oban", run.Root, default).Result));
        ComparesWithNaive(page, runs, runs.OrderByDescending(r => r.Start).Take(PipelineQuery.Size).ToList());
        var second = (await fixture.Reader.FindPipelineAsync(Query() with { After = page.Next }, default))!;
        ComparesWithNaive(second, runs, runs.OrderByDescending(r => r.Start).Skip(PipelineQuery.Size).Take(PipelineQuery.Size).ToList());
        Assert.Contains(second.Charted, run => run.DroppedAt is not null);
    }

    [Fact]
    public async Task What_was_never_there_is_null_and_a_range_without_runs_is_empty()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, Worker, "completed"), (2, "1", "App.Page", "completed"));
        await fixture.AgeAsync(3);
        await fixture.FilledAsync();
        Assert.Null(await fixture.Reader.FindPipelineAsync(Query() with { Source = "other" }, default));
        // A worker, but not of a root.
        Assert.Null(await fixture.Reader.FindPipelineAsync(Query() with { Worker = "App.Page" }, default));
        Assert.Null(await fixture.Reader.FindPipelineAsync(Query() with { Worker = "App.Never" }, default));
        var empty = (await fixture.Reader.FindPipelineAsync(Query() with { Days = 1 }, default))!;
        Assert.Equal((0L, 0, 0), (empty.Total, empty.Runs.Count, empty.Charted.Count));
        var one = (await fixture.Reader.FindPipelineAsync(Query(), default))!;
        Assert.Equal((1L, null, 0, 0), (one.Total, one.Usual, one.Runs[0].NewStages.Count, one.Runs[0].NewErrors.Count));
        Assert.Null(one.Runs[0].Before);
    }

    private static PipelineQuery Query() => new() { Source = "oban", Worker = Worker };

    private static async Task CompareAsync(StoreFixture fixture, List<MadeRun> runs, PipelineSort sort, int? days)
    {
        var expected = runs.Where(r => days is null || r.DaysAgo < days).OrderByDescending<MadeRun, double>(r => sort switch
        {
            PipelineSort.Newest => r.Start.UtcTicks,
            PipelineSort.Longest => r.Duration.TotalMilliseconds,
            PipelineSort.Jobs => r.Jobs.Count,
            _ => r.Failed,
        }).ToList();
        var all = new List<PipelineRun>();
        PipelineCursor? after = null;
        do
        {
            var page = (await fixture.Reader.FindPipelineAsync(Query() with { Sort = sort, Days = days, After = after }, default))!;
            Assert.Equal(expected.Count, page.Total);
            all.AddRange(page.Runs);
            Assert.Equal(page.Next, PipelineCursor.Parse(page.Next?.ToString(), sort));
            after = page.Next;
        }
        while (after is not null);
        Assert.Equal(expected.Count, all.Select(r => r.RootId).Distinct().Count());
        var byRoot = runs.ToDictionary(r => r.Root);
        var byTime = runs.OrderBy(r => r.Start).Select(r => r.Root).ToList();
        foreach (var (run, place) in all.Select((run, i) => (run, i)))
        {
            var made = byRoot[run.RootId];
            Assert.Equal((made.Start, made.Jobs.Count, made.Failed, made.IsFinished), (run.StartedAt, run.Counts.Total, run.Counts.Discarded, run.IsFinished));
            Assert.Equal(made.Duration, run.Duration);
            Assert.Equal(byTime.IndexOf(run.RootId) is var at and > 0 ? byTime[at - 1] : null, run.Before);
            // Those that are equal may stand in any order.
            var there = byRoot[expected[place].Root];
            Assert.Equal(sort switch { PipelineSort.Newest => there.Start.UtcTicks, PipelineSort.Longest => there.Duration.Ticks, PipelineSort.Jobs => there.Jobs.Count, _ => there.Failed },
                sort switch { PipelineSort.Newest => made.Start.UtcTicks, PipelineSort.Longest => made.Duration.Ticks, PipelineSort.Jobs => made.Jobs.Count, _ => made.Failed });
        }
    }

    private static void ComparesWithNaive(PipelineHistory page, List<MadeRun> runs, List<MadeRun> charted)
    {
        var byTime = runs.OrderBy(r => r.Start).ToList();
        Assert.Equal(charted.AsEnumerable().Reverse().Select(r => r.Root), page.Charted.Select(r => r.RootId));
        foreach (var run in page.Charted)
        {
            var at = byTime.FindIndex(r => r.Root == run.RootId);
            // As far back as is looked from the oldest charted run.
            var from = Math.Max(0, byTime.IndexOf(charted[^1]) - 31);
            var before = byTime.Skip(from).Take(at - from).ToList();
            var made = byTime[at];
            Assert.Equal(before.Count == 0 ? [] : made.Paths.Except(before[^1].Paths).Order(StringComparer.Ordinal), run.NewStages);
            Assert.Equal(before.Count == 0 || !made.IsFinished ? [] : before[^1].Paths.Except(made.Paths).Order(StringComparer.Ordinal), run.LostStages);
            Assert.Equal(
                before.Count == 0 ? [] : made.Errors.Except(before.SelectMany(r => r.Errors)).Order(StringComparer.Ordinal),
                run.NewErrors.Select(e => e.Text).Order(StringComparer.Ordinal));
        }

        var newest = byTime.IndexOf(charted[0]);
        var earliest = Math.Max(0, byTime.IndexOf(charted[^1]) - 31);
        var finished = byTime.Skip(earliest).Take(newest - earliest).Where(r => r.IsFinished).ToList();
        Assert.Equal(finished.Count, page.Usual!.Runs);
        Assert.Equal(Middle(finished.Select(r => r.Duration.TotalMilliseconds)), page.Usual.Duration!.Value.TotalMilliseconds, 3);
        Assert.Equal((long)Math.Round(Middle(finished.Select(r => (double)r.Jobs.Count)), MidpointRounding.AwayFromZero), page.Usual.Jobs);
        Assert.Equal(charted.SelectMany(r => r.Paths).Distinct().Order(StringComparer.Ordinal), page.Stages.Select(s => s.Path).Order(StringComparer.Ordinal));
        foreach (var stage in page.Stages)
        {
            Assert.Equal(
                charted.AsEnumerable().Reverse().Select(r => r.Paths.Contains(stage.Path) ? (long?)r.Jobs.Count(j => j.Path == stage.Path) : null),
                stage.Points.Select(p => p?.Jobs));
            Assert.Equal(
                charted.AsEnumerable().Reverse().Select(r => r.Jobs.Where(j => j.Path == stage.Path && j.State == "completed").Select(j => (double)j.Seconds).DefaultIfEmpty(-1).Average()),
                stage.Points.Select(p => p?.MeanRun?.TotalSeconds ?? -1), (a, b) => Math.Abs(a - b) < 0.01);
        }
    }

    private static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Runs of one root worker: a root, some pages, and now and then something below or a new error.</summary>
    private static async Task<List<MadeRun>> MakeAsync(StoreFixture fixture, Random random, int count)
    {
        var now = new DateTimeOffset(TimeProvider.System.GetUtcNow().Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);
        var runs = new List<MadeRun>();
        var id = 0L;
        for (var i = 0; i < count; i++)
        {
            var start = now.AddSeconds(-(long)(86_400 * 0.3 * (count - i)) - random.Next(20_000) - 4_000);
            var root = ++id;
            var jobs = new List<MadeJob> { new(root, null, Worker, "Jobs", "completed", 2, null) };
            for (var n = random.Next(1, 6); n > 0; n--)
            {
                var kind = random.Next(12) == 0 ? "Rare" : "Page";
                var state = random.Next(6) switch { 0 => "discarded", 1 when random.Next(8) == 0 => "available", _ => "completed" };
                jobs.Add(new(++id, root, $"App.{kind}", $"Jobs/{kind}", state, random.Next(1, 100), state == "discarded" ? $"error of kind {(char)('a' + random.Next(random.Next(2, 20)))}" : null));
            }

            runs.Add(new(root.ToString(), start, (now - start).TotalDays, jobs));
        }

        await fixture.SqlAsync(
            """
            insert into oban_jobs (id, worker, state, meta, inserted_at, scheduled_at, attempted_at, completed_at, discarded_at, attempt, errors)
            select id, worker, state::oban_job_state, case when parent is null then '{}' else jsonb_build_object('parent_job_id', parent) end, at, at,
                case when state <> 'available' then at end, case when state = 'completed' then at + secs * interval '1 second' end,
                case when state = 'discarded' then at + secs * interval '1 second' end, 1,
                case when error is null then '{}' else array[jsonb_build_object('at', '2026-01-01T00:00:00Z', 'error', error, 'attempt', 1)] end
            from unnest(@ids, @workers, @states, @parents, @starts, @seconds, @errors) t (id, worker, state, parent, at, secs, error)
            """,
            new
            {
                ids = runs.SelectMany(r => r.Jobs.Select(j => j.Id)).ToArray(),
                workers = runs.SelectMany(r => r.Jobs.Select(j => j.Worker)).ToArray(),
                states = runs.SelectMany(r => r.Jobs.Select(j => j.State)).ToArray(),
                parents = runs.SelectMany(r => r.Jobs.Select(j => j.Parent)).ToArray(),
                starts = runs.SelectMany(r => r.Jobs.Select(_ => DateTime.SpecifyKind(r.Start.UtcDateTime, DateTimeKind.Unspecified))).ToArray(),
                seconds = runs.SelectMany(r => r.Jobs.Select(j => j.Seconds)).ToArray(),
                errors = runs.SelectMany(r => r.Jobs.Select(j => j.Error)).ToArray(),
            });
        return runs;
    }

    private sealed record MadeJob(long Id, long? Parent, string Worker, string Path, string State, int Seconds, string? Error);

    private sealed record MadeRun(string Root, DateTimeOffset Start, double DaysAgo, List<MadeJob> Jobs)
    {
        public bool IsFinished => Jobs.All(j => j.State != "available");

        public long Failed => Jobs.Count(j => j.State == "discarded");

        public TimeSpan Duration => TimeSpan.FromSeconds(Jobs.Where(j => j.State != "available").Max(j => j.Seconds));

        public HashSet<string> Paths => [.. Jobs.Select(j => j.Path)];

        public HashSet<string> Errors => [.. Jobs.Select(j => j.Error).OfType<string>()];
    }
}
