using System.Globalization;
using JobLineage.Dashboard.Demo.Oban;

namespace JobLineage.Dashboard.Demo.Pipelines;

/// <summary>KinoKrakow's <c>MovieDetailJob</c>: the queue of these is the one that is paused in mid-way.</summary>
internal static class KinoKrakowDetails
{
    public static NewObanJob New(long parent, string sync, int index, string language) =>
        new(WorkerNames.MovieDetail, "scraper_detail", new
        {
            lang = language,
            sync,
            source_id = 13,
            movie_slug = Movies.At(index).Slug,
            movie_index = index,
        })
        {
            Meta = new { parent_job_id = parent },
        };

    public static Performance Detail(ObanJob job)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"{job.Text("sync")}/detail/{job.Number("movie_index")}/{job.Text("lang")}");
        var dice = new Dice(key);
        var takes = dice.Seconds(1.5, 3.5);
        return dice.Next(12) switch
        {
            0 => new Performance(takes, new Outcome.Failed(Errors.Perform(job.Worker, "{:error, :tmdb_needs_review}"), TimeSpan.FromSeconds(6))),
            1 when job.Attempt == 1 => new Performance(takes, new Outcome.Failed(
                Errors.Perform(job.Worker, "{:error, %{body: \"Your request count (41) is over the allowed limit of 40.\", status: 429}}"),
                TimeSpan.FromSeconds(10))),
            _ => new Performance(takes, new Outcome.Completed()),
        };
    }
}
