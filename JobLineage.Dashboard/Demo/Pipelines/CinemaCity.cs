using System.Globalization;
using JobLineage.Dashboard.Demo.Oban;

namespace JobLineage.Dashboard.Demo.Pipelines;

/// <summary>A small pipeline that goes well: <c>SyncJob</c>, seven <c>CinemaDateJob</c>s, four <c>FilmJob</c>s each.</summary>
internal static class CinemaCity
{
    public const int Days = 7;
    public const int Films = 4;

    public static NewObanJob Root(DateTimeOffset day) =>
        new(WorkerNames.CitySync, "discovery", new { city = "kraków", source_id = 2, from = Day(day) }) { Tags = ["nightly"] };

    public static Performance Sync(ObanJob job)
    {
        var from = DateTimeOffset.TryParse(job.Text("from"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day)
            ? day
            : DateTimeOffset.UnixEpoch;
        return new Performance(TimeSpan.FromSeconds(1), new Outcome.Completed())
        {
            Batches =
            [
                new ObanBatch(TimeSpan.FromSeconds(2), [.. Enumerable.Range(0, Days).Select(number =>
                    new NewObanJob(WorkerNames.CityDate, "scraper_index", new { date = Day(from.AddDays(number)), cinema = "1090" })
                    {
                        Meta = new { parent_job_id = job.Id },
                        After = TimeSpan.FromSeconds(1 + (3 * number)),
                    })]),
            ],
        };
    }

    public static Performance Date(ObanJob job) => new(TimeSpan.FromSeconds(1), new Outcome.Completed())
    {
        Batches =
        [
            new ObanBatch(TimeSpan.FromSeconds(1), [.. Enumerable.Range(1, Films).Select(film =>
                new NewObanJob(WorkerNames.CityFilm, "scraper", new { date = job.Text("date"), film })
                {
                    Meta = new { parent_job_id = job.Id },
                })]),
        ],
    };

    /// <summary>A day as these jobs write it.</summary>
    public static string Day(DateTimeOffset day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
