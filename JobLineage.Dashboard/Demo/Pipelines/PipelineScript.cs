using System.Globalization;
using JobLineage.Dashboard.Demo.Oban;

namespace JobLineage.Dashboard.Demo.Pipelines;

/// <summary>
/// Decides what performing a job does: how long it takes, what it inserts, how it ends. The same job and attempt do
/// the same always, but that nothing of the incident fails any more once it is healed.
/// </summary>
internal sealed class PipelineScript(string seed)
{
    private static readonly Outcome Completed = new Outcome.Completed();

    private volatile bool _isHealed;

    /// <summary>Whether what made the incident's jobs fail is mended.</summary>
    public bool IsHealed { get => _isHealed; set => _isHealed = value; }

    /// <summary>What an attempt at a job does.</summary>
    public Performance Perform(ObanJob job)
    {
        var performance = Told(job);
        return IsHealed && performance.Outcome is not Outcome.Completed && WorkerNames.OfIncident.Contains(job.Worker) ? performance with { Outcome = Completed } : performance;
    }

    private Performance Told(ObanJob job) => job.Worker switch
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
