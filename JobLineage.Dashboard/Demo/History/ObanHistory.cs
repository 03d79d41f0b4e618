using System.Globalization;
using System.Text.Json;
using JobLineage.Dashboard.Demo.Oban;
using JobLineage.Dashboard.Demo.Pipelines;

namespace JobLineage.Dashboard.Demo.History;

/// <summary>Runs that ended before the demo began: small ones that went well, and one that failed whole.</summary>
internal static class ObanHistory
{
    public const string Insert =
        """
        insert into oban_jobs (
            id, state, queue, worker, args, errors, attempt, max_attempts, inserted_at, scheduled_at, attempted_at, completed_at,
            attempted_by, discarded_at, priority, tags, meta, cancelled_at)
        select
            id, state::oban_job_state, queue, worker, args, array(select jsonb_array_elements_text(errors)::jsonb), attempt, max_attempts,
            inserted_at, scheduled_at, attempted_at, completed_at, attempted_by, discarded_at, priority, tags, meta, cancelled_at
        from jsonb_to_recordset(@jobs::jsonb) as job(
            id bigint, state text, queue text, worker text, args jsonb, errors jsonb, attempt integer, max_attempts integer,
            inserted_at timestamp, scheduled_at timestamp, attempted_at timestamp, completed_at timestamp, attempted_by text[],
            discarded_at timestamp, priority integer, tags text[], meta jsonb, cancelled_at timestamp);
        select setval('oban_jobs_id_seq', (select max(id) from oban_jobs) + 1371)
        """;

    /// <summary>The rows as JSON; ids rise with time, with gaps where other jobs were pruned long ago.</summary>
    public static string Rows(DateTimeOffset now)
    {
        var rows = new List<HistoricJob>();
        rows.AddRange(CinemaCityRun(412_803, now.AddHours(-47)));
        rows.AddRange(KinoKrakowRun(418_119, now.AddHours(-43.5), pages: 12, failing: false));
        rows.AddRange(Mails(429_002, now.AddHours(-39)));
        rows.AddRange(CinemaCityRun(437_655, now.AddHours(-23)));
        rows.AddRange(KinoKrakowRun(441_270, now.AddHours(-20), pages: 9, failing: true));
        rows.AddRange(KinoKrakowRun(446_018, now.AddHours(-19), pages: 9, failing: false, flawless: true));
        rows.AddRange(Mails(452_377, now.AddHours(-14)));
        rows.AddRange(KinoKrakowRun(458_934, now.AddHours(-6.2), pages: 83, failing: false, flawless: true));
        rows.AddRange(CinemaCityRun(463_501, now.AddHours(-2.6)));
        return JsonSerializer.Serialize(rows.Select(row => row.Row()));
    }

    private static IEnumerable<HistoricJob> CinemaCityRun(long id, DateTimeOffset at)
    {
        var clock = new Ticker(id, at);
        var root = clock.Next(CinemaCity.Root(at), 3);
        yield return root;
        for (var day = 0; day < CinemaCity.Days; day++)
        {
            var date = CinemaCity.Day(at.AddDays(day));
            var parent = clock.Next(Child(new(WorkerNames.CityDate, "scraper_index", new { date, cinema = "1090" }), root), 2);
            yield return parent;
            for (var film = 1; film <= CinemaCity.Films; film++)
                yield return clock.Next(Child(new(WorkerNames.CityFilm, "scraper", new { date, film }), parent), 1.4);
        }
    }

    private static IEnumerable<HistoricJob> KinoKrakowRun(long id, DateTimeOffset at, int pages, bool failing, bool flawless = false)
    {
        var clock = new Ticker(id, at);
        var sync = string.Create(CultureInfo.InvariantCulture, $"kk-{at:yyyy-MM-dd}-{id % 1000}");
        var root = clock.Next(
            new(WorkerNames.Sync, "discovery", new { sync, force = false, source_id = 13, expected_pages = pages })
            {
                Meta = new { triggered_by = "cron", expected_children = pages, movies_found = pages, movie_jobs_scheduled = pages },
            },
            8);
        yield return root;
        for (var index = 0; index < pages; index++)
        {
            var movie = Movies.At(index);
            var page = clock.Next(
                Child(
                    new(WorkerNames.MoviePage, "scraper_index", new { sync, force = false, source_id = 13, movie_slug = movie.Slug, movie_index = index, movie_title = movie.Title })
                    {
                        Tags = ["kino_krakow", "movie page"],
                    },
                    root),
                failing ? 40 : 3);
            if (failing)
            {
                var error = Errors.Raised(
                    WorkerNames.MoviePage, "RuntimeError", $"HTTP 503 on initial request for {movie.Slug} — „Service Unavailable”", "lib/workers/kino_krakow.ex", 79);
                yield return page with { Error = error, Failures = 3, Discarded = true };
                continue;
            }

            yield return page;
            yield return clock.Next(Child(KinoKrakowDetails.New(page.Id, sync, index, "pl"), page), 2.5);
            var dice = new Dice($"{sync}/{index}");
            var plan = new PagePlan(index, PageFate.Spawns, [], [.. Enumerable.Repeat(ShowtimeFate.Completed, 5 + dice.Next(8))]);
            foreach (var showtime in KinoKrakowShowtimes.New(page.Id, sync, plan))
            {
                var job = clock.Next(showtime, 7);
                // A good run, to compare the next one with.
                yield return (flawless ? 29 : dice.Next(30)) switch
                {
                    0 => job with { Error = Errors.Perform(job.Job.Worker, "{:cancel, :movie_not_matched}"), Failures = 1, Cancelled = true },
                    1 => job with { Error = Errors.Perform(job.Job.Worker, "{:error, :movie_not_ready}"), Failures = 1 },
                    2 => job with { Error = Errors.Perform(job.Job.Worker, "{:error, :movie_not_ready}"), Failures = 3, Discarded = true },
                    _ => job,
                };
            }
        }
    }

    private static IEnumerable<HistoricJob> Mails(long id, DateTimeOffset at)
    {
        var clock = new Ticker(id, at);
        var dice = new Dice($"mails/{id}");
        var error = Errors.Perform(WorkerNames.Email, "{:error, {:resend_error, 422, %{\"message\" => \"Invalid `to` field.\"}}}");
        for (var number = 1; number <= 12; number++)
        {
            var job = clock.Next(Singles.NewEmail(number, dice), 9);
            yield return number % 6 == 0 ? job with { Error = error, Failures = 3, Discarded = true } : job;
        }
    }

    private static NewObanJob Child(NewObanJob job, HistoricJob parent) => job with { Meta = new { parent_job_id = parent.Id } };

    // Hands out ids and times in their order.
    private sealed class Ticker(long id, DateTimeOffset at)
    {
        private long _next = id;
        private DateTime _now = DateTime.SpecifyKind(at.UtcDateTime, DateTimeKind.Unspecified);

        public HistoricJob Next(NewObanJob job, double seconds)
        {
            _now += TimeSpan.FromSeconds(0.37);
            return new HistoricJob(_next++, job, _now, _now + TimeSpan.FromSeconds(seconds));
        }
    }
}
