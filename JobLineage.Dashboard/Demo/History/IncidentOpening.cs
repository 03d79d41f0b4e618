using System.Globalization;
using System.Text.Json;
using JobLineage.Dashboard.Demo.Oban;
using JobLineage.Dashboard.Demo.Pipelines;

namespace JobLineage.Dashboard.Demo.History;

/// <summary>
/// An incident in mid-way, as it would be had the demonstration run for nine minutes: what is interesting is there from the first second, and the simulator goes on with
/// the jobs that wait.
/// </summary>
/// <param name="Sync">The key that the incident's jobs carry.</param>
/// <param name="Rows">Its rows as JSON.</param>
internal sealed record IncidentOpening(string Sync, string Rows)
{
    private const long FirstId = 470_101;

    /// <summary>Of those showtimes that fail, so many in ten have.</summary>
    private const int FailedInTen = 7;

    private static readonly TimeSpan Began = TimeSpan.FromMinutes(9);
    private static readonly TimeSpan Paused = TimeSpan.FromMinutes(3);

    /// <summary>The incident as it stands at a moment.</summary>
    public static IncidentOpening Of(DateTimeOffset now)
    {
        var sync = string.Create(CultureInfo.InvariantCulture, $"kk-{now:yyyy-MM-dd}-0-opening");
        return new(sync, JsonSerializer.Serialize(new Scene(sync, DateTime.SpecifyKind(now.UtcDateTime, DateTimeKind.Unspecified)).Jobs().Select(job => job.Row())));
    }

    // Hands out ids in the order of insertion.
    private sealed class Scene(string sync, DateTime now)
    {
        private readonly DateTime _paused = now - Paused;
        private long _next = FirstId;

        public List<HistoricJob> Jobs()
        {
            var began = now - Began;
            var root = Ended(KinoKrakowPages.Root(sync), began, began + TimeSpan.FromSeconds(25)) with
            {
                Failures = 1,
                Error = Errors.Raised(WorkerNames.Sync, "RuntimeError", "HTTP timeout while fetching https://www.kino.krakow.pl/cinema_program?page=7 (recv_timeout 30000)", "lib/workers/kino_krakow.ex", 45),
            };
            var plans = IncidentPlan.For(sync).PagePlans;
            var pages = plans.Select(plan => (Plan: plan, Job: Page(plan, root.Id, began + TimeSpan.FromSeconds(26 + (plan.Index * 1.5))))).ToList();
            var spawning = pages.Where(page => page.Plan.Fate is PageFate.Spawns or PageFate.SpawnsAtSecondAttempt).ToList();
            return [root, .. pages.Select(page => page.Job), .. Details(spawning), .. Showtimes(spawning)];
        }

        private HistoricJob Page(PagePlan plan, long root, DateTime at)
        {
            var job = Ended(KinoKrakowPages.NewPage(root, sync, plan.Index, plan.Index), at, at + TimeSpan.FromSeconds(2));
            return plan.Fate switch
            {
                PageFate.Discarded => job with { Discarded = true, Failures = 3, Error = Errors.Raised(WorkerNames.MoviePage, "RuntimeError", $"{Errors.HostileBody} for {Movies.At(plan.Index).Slug}", "lib/workers/kino_krakow.ex", 79) },
                PageFate.Cancelled => job with { Cancelled = true, Failures = 1, Error = Errors.Perform(WorkerNames.MoviePage, "{:cancel, \"HTTP 404 fetching movie page\"}") },
                PageFate.SpawnsAtSecondAttempt => job with { Failures = 1, Error = Errors.Perform(WorkerNames.MoviePage, "{:error, %{reason: :timeout}}") },
                _ => job,
            };
        }

        private IEnumerable<HistoricJob> Details(IEnumerable<(PagePlan Plan, HistoricJob Job)> pages)
        {
            var place = 0;
            foreach (var (plan, page) in pages)
            {
                foreach (var language in plan.Languages)
                {
                    // The last that ran ended when the queue was paused.
                    var ended = _paused - TimeSpan.FromSeconds((IncidentPlan.DetailsBeforePause - 1 - place) * 6);
                    var job = KinoKrakowDetails.New(page.Id, sync, plan.Index, language);
                    yield return place++ < IncidentPlan.DetailsBeforePause && ended > page.FinishedAt
                        ? Ended(job, page.FinishedAt, ended)
                        : Waiting(job, page.FinishedAt);
                }
            }
        }

        private IEnumerable<HistoricJob> Showtimes(List<(PagePlan Plan, HistoricJob Job)> pages)
        {
            var rooms = new HashSet<string>(StringComparer.Ordinal);
            var all = pages.SelectMany(page => KinoKrakowShowtimes.New(page.Job.Id, sync, page.Plan)
                .Select((job, number) => (Job: job, Fate: page.Plan.Showtimes[number], page.Plan.Index, Number: number, At: page.Job.FinishedAt))).ToList();
            var (failing, good) = (all.Count(s => s.Fate is ShowtimeFate.Discarded), all.Count(s => s.Fate is not ShowtimeFate.Discarded));
            var (failed, done) = (0, 0);
            foreach (var showtime in all)
            {
                if (showtime.Fate is ShowtimeFate.Discarded)
                {
                    // They began to fail for good when the details did not come any more.
                    failed++;
                    yield return failed * 10 > failing * FailedInTen
                        ? Waiting(showtime.Job, showtime.At)
                        : Ended(showtime.Job, showtime.At, _paused + TimeSpan.FromSeconds(12) + ((Paused - TimeSpan.FromSeconds(14)) * failed / failing)) with
                        {
                            Discarded = true,
                            Failures = 3,
                            Error = Errors.Perform(WorkerNames.Showtime, "{:error, :movie_not_ready}"),
                        };
                    continue;
                }

                var ended = showtime.At + TimeSpan.FromSeconds(20) + ((_paused - showtime.At - TimeSpan.FromSeconds(20)) * ++done / good);
                if (showtime.Fate is ShowtimeFate.SnoozedForLong or ShowtimeFate.RateLimited)
                {
                    yield return Waiting(showtime.Job, showtime.At) with { DueAt = now + TimeSpan.FromMinutes(52) };
                    continue;
                }

                var job = Ended(showtime.Job, showtime.At, ended);
                if (showtime.Fate is ShowtimeFate.Cancelled)
                {
                    yield return job with { Cancelled = true, Failures = 1, Error = Errors.Perform(WorkerNames.Showtime, "{:cancel, :movie_not_matched}") };
                    continue;
                }

                yield return job;
                foreach (var child in KinoKrakowShowtimes.Children(job.Id, showtime.Index, showtime.Number))
                {
                    if (child.Worker == WorkerNames.Enrichment)
                        yield return Ended(child, ended, ended + TimeSpan.FromSeconds(2));
                    else if (rooms.Add(JsonSerializer.Serialize(child.Args)))
                        yield return Waiting(child, ended);
                }
            }
        }

        private HistoricJob Ended(NewObanJob job, DateTime at, DateTime ended) => new(_next++, job, at, ended);

        private HistoricJob Waiting(NewObanJob job, DateTime at) => new(_next++, job, at, at) { DueAt = at };
    }
}
