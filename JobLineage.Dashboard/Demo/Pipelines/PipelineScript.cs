using System.Globalization;
using JobLineage.Dashboard.Demo.Oban;

namespace JobLineage.Dashboard.Demo.Pipelines;

/// <summary>
/// Decides what performing a job does: how long it takes, what it inserts, how it ends. Pure: the same job and attempt do
/// the same always.
/// </summary>
internal sealed class PipelineScript(string seed)
{
    private static readonly Outcome Completed = new Outcome.Completed();

    /// <summary>What an attempt at a job does.</summary>
    public Performance Perform(ObanJob job) => job.Worker switch
    {
        WorkerNames.Sync => KinoKrakowPages.Sync(job),
        WorkerNames.MoviePage => KinoKrakowPages.Page(job),
        WorkerNames.MovieDetail => KinoKrakowDetails.Detail(job),
        WorkerNames.Showtime => KinoKrakowShowtimes.Showtime(job),
        WorkerNames.Enrichment => Venues.Enrich(job),
        WorkerNames.Notify => Venues.Notify(job),
        WorkerNames.CitySync => CinemaCity.Sync(job),
        WorkerNames.CityDate => CinemaCity.Date(job),
        WorkerNames.Email => Singles.Email(job, For(job)),
        _ => new Performance(For(job).Seconds(0.3, 1.5), Completed),
    };

    private Dice For(ObanJob job) => new(string.Create(CultureInfo.InvariantCulture, $"{seed}/{job.Id}"));
}
