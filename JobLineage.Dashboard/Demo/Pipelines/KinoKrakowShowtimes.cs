using System.Globalization;
using JobLineage.Dashboard.Demo.Oban;

namespace JobLineage.Dashboard.Demo.Pipelines;

/// <summary>KinoKrakow's <c>ShowtimeProcessJob</c>: the ones that fail by the thousand.</summary>
internal static class KinoKrakowShowtimes
{
    public static IReadOnlyList<NewObanJob> New(long parent, string sync, PagePlan page)
    {
        var dice = new Dice(string.Create(CultureInfo.InvariantCulture, $"{sync}/showtimes/{page.Index}"));
        return [.. page.Showtimes.Select((_, number) => New(parent, sync, page.Index, number, dice))];
    }

    public static Performance Showtime(ObanJob job)
    {
        if (job.Text("sync") is not { } sync || job.Number("movie_index") is not { } page || job.Number("showtime_index") is not { } number)
            return new Performance(TimeSpan.FromSeconds(1), new Outcome.Completed());
        var dice = new Dice(string.Create(CultureInfo.InvariantCulture, $"{sync}/showtime/{page}/{number}/{job.Attempt}"));
        var takes = dice.Seconds(0.5, 1.3);
        return IncidentPlan.For(sync).PagePlans[page].Showtimes[number] switch
        {
            ShowtimeFate.Discarded => new Performance(takes, new Outcome.Failed(
                Errors.Perform(job.Worker, "{:error, :movie_not_ready}"), dice.Seconds(10, 20))),
            ShowtimeFate.Cancelled => new Performance(takes, new Outcome.Cancelled(
                Errors.Perform(job.Worker, number % 4 == 0
                    ? "{:cancel, \"<b onmouseover=alert(1)>no match</b>\\r\\nfor „Żółte kwiaty”\"}"
                    : "{:cancel, :movie_not_matched}"))),
            ShowtimeFate.CompletedAfterSnooze when job.Attempt == 1 => new Performance(takes, new Outcome.Snoozed(TimeSpan.FromSeconds(20))),
            ShowtimeFate.SnoozedForLong when job.Attempt == 1 => new Performance(takes, new Outcome.Snoozed(TimeSpan.FromHours(1))),
            ShowtimeFate.RateLimited when job.Attempt == 1 => new Performance(takes, new Outcome.Failed(
                Errors.Perform(job.Worker, "{:error, \"HTTP 429 - Rate limit exceeded, Retry-After: 3600\"}"), TimeSpan.FromHours(1))),
            _ => new Performance(takes, new Outcome.Completed()) { Batches = Children(job.Id, page, number) is { Count: > 0 } children ? [new ObanBatch(TimeSpan.FromSeconds(0.1), children)] : [] },
        };
    }

    private static NewObanJob New(long parent, string sync, int page, int number, Dice dice)
    {
        var movie = Movies.At(page);
        var cinema = Movies.Cinema(page + number);
        return new(WorkerNames.Showtime, "scraper", new
        {
            sync,
            showtime = new
            {
                datetime = string.Create(CultureInfo.InvariantCulture, $"2026-11-{22 + (number % 7):00}T{10 + dice.Next(12)}:{dice.Next(12) * 5:00}:00Z"),
                movie_slug = movie.Slug,
                ticket_url = string.Create(CultureInfo.InvariantCulture, $"https://www.kino.krakow.pl/showtime/{20_021_000 + (page * 40) + number}"),
                cinema_name = cinema,
                cinema_slug = Movies.Slug(cinema),
                movie_title = movie.Title,
            },
            source_id = 13,
            movie_index = page,
            showtime_index = number,
            external_id = ExternalId(movie, number),
        })
        {
            Meta = new { parent_job_id = parent },
            After = dice.Seconds(4, 9),
        };
    }

    /// <summary>What one that went well leads to.</summary>
    internal static IReadOnlyList<NewObanJob> Children(long job, int page, int number)
    {
        var external = ExternalId(Movies.At(page), number);
        var cinema = Movies.Cinema(page + number);
        var children = new List<NewObanJob>();
        if ((page + number) % 5 < 2)
            children.Add(Venues.NewEnrichment(job, cinema, external));
        if ((page + (number * 3)) % 9 == 4)
            children.Add(Venues.NewGeocode(job, cinema, number % 4));
        return children;
    }

    private static string ExternalId(Movie movie, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"kino_krakow_{movie.Slug}_{number}");
}
