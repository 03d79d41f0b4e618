using System.Globalization;
using JobLineage.Dashboard.Demo.Oban;

namespace JobLineage.Dashboard.Demo.Pipelines;

/// <summary>KinoKrakow's <c>SyncJob</c>, which lists the movies, and <c>MoviePageJob</c>, which reads one of them.</summary>
internal static class KinoKrakowPages
{
    private const string File = "lib/workers/kino_krakow.ex";
    private const int BatchSize = 10;

    /// <summary>The root of an incident.</summary>
    /// <param name="sync">The key its descendants carry, and from which everything that happens follows.</param>
    public static NewObanJob Root(string sync) =>
        new(WorkerNames.Sync, "discovery", new { sync, force = false, source_id = 13, expected_pages = IncidentPlan.ExpectedPages })
        {
            Meta = new { triggered_by = "admin", expected_children = IncidentPlan.ExpectedPages },
        };

    /// <summary>The first attempt times out in mid-listing, with most pages inserted; the second inserts the others.</summary>
    public static Performance Sync(ObanJob job)
    {
        if (job.Text("sync") is not { } sync)
            return new Performance(TimeSpan.FromSeconds(1), new Outcome.Completed());
        if (job.Attempt == 1)
        {
            return new Performance(
                TimeSpan.FromSeconds(3),
                new Outcome.Failed(
                    Errors.Raised(job.Worker, "RuntimeError", "HTTP timeout while fetching https://www.kino.krakow.pl/cinema_program?page=7 (recv_timeout 30000)", File, 45),
                    TimeSpan.FromSeconds(20)))
            {
                Batches = Batches(job.Id, sync, 0, IncidentPlan.PagesOfFirstAttempt),
            };
        }

        return new Performance(TimeSpan.FromSeconds(2), new Outcome.Completed())
        {
            // An operator's retry finds all pages there.
            Batches = job.Attempt == 2 ? Batches(job.Id, sync, IncidentPlan.PagesOfFirstAttempt, IncidentPlan.Pages) : [],
            MetaUpdate = new
            {
                movies_found = IncidentPlan.ExpectedPages,
                movie_jobs_scheduled = IncidentPlan.Pages,
                conflicts = IncidentPlan.PagesOfFirstAttempt,
            },
        };
    }

    /// <summary>Details one by one, showtimes in one statement.</summary>
    public static Performance Page(ObanJob job)
    {
        if (job.Text("sync") is not { } sync || job.Number("movie_index") is not { } index)
            return new Performance(TimeSpan.FromSeconds(1), new Outcome.Completed());
        var page = IncidentPlan.For(sync).PagePlans[index];
        var dice = new Dice(string.Create(CultureInfo.InvariantCulture, $"{sync}/page/{index}/{job.Attempt}"));
        var takes = dice.Seconds(1.2, 2.4);
        return page.Fate switch
        {
            PageFate.Discarded => new Performance(takes, new Outcome.Failed(
                Errors.Raised(job.Worker, "RuntimeError", $"{Errors.HostileBody} for {job.Text("movie_slug")}", File, 79), TimeSpan.FromSeconds(12))),
            PageFate.Cancelled => new Performance(takes, new Outcome.Cancelled(
                Errors.Perform(job.Worker, "{:cancel, \"HTTP 404 fetching movie page\"}"))),
            PageFate.SpawnsAtSecondAttempt when job.Attempt == 1 => new Performance(takes, new Outcome.Failed(
                Errors.Perform(job.Worker, $"{{:error, %{{reason: :timeout, url: \"https://www.kino.krakow.pl/film/{job.Text("movie_slug")}.html\"}}}}"),
                TimeSpan.FromSeconds(8))),
            PageFate.Childless => new Performance(takes, new Outcome.Completed()),
            _ => new Performance(takes, new Outcome.Completed())
            {
                Batches =
                [
                    .. page.Languages.Select(language => new ObanBatch(
                        TimeSpan.FromSeconds(0.4), [KinoKrakowDetails.New(job.Id, sync, index, language)])),
                    new ObanBatch(TimeSpan.FromSeconds(0.6), KinoKrakowShowtimes.New(job.Id, sync, page)),
                ],
            },
        };
    }

    private static IReadOnlyList<ObanBatch> Batches(long parent, string sync, int from, int to) =>
    [
        .. Enumerable.Range(from, to - from).Chunk(BatchSize).Select(indexes => new ObanBatch(
            TimeSpan.FromSeconds(2.5), [.. indexes.Select(index => NewPage(parent, sync, index, index - from))])),
    ];

    // Pages are spread over time so as not to hit the site at once: the counts move for two minutes.
    internal static NewObanJob NewPage(long parent, string sync, int index, int place) =>
        new(WorkerNames.MoviePage, "scraper_index", new
        {
            sync,
            force = false,
            source_id = 13,
            movie_slug = Movies.At(index).Slug,
            movie_index = index,
            movie_title = Movies.At(index).Title,
        })
        {
            Meta = new { parent_job_id = parent },
            Tags = ["kino_krakow", "movie page"],
            After = TimeSpan.FromSeconds(place < BatchSize / 2 ? 0 : place * 1.6),
        };
}
