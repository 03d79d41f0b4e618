namespace JobLineage.Dashboard.Demo.Pipelines;

/// <summary>Full worker names of the Oban pipelines.</summary>
internal static class WorkerNames
{
    private const string KinoKrakow = "EventasaurusDiscovery.Sources.KinoKrakow.Jobs.";
    private const string CinemaCity = "EventasaurusDiscovery.Sources.CinemaCity.Jobs.";

    public const string Sync = KinoKrakow + "SyncJob";
    public const string MoviePage = KinoKrakow + "MoviePageJob";
    public const string MovieDetail = KinoKrakow + "MovieDetailJob";
    public const string Showtime = KinoKrakow + "ShowtimeProcessJob";
    public const string Enrichment = "EventasaurusDiscovery.VenueImages.EnrichmentJob";
    public const string Geocode = "EventasaurusDiscovery.Geocoding.GeocodeJob";
    public const string Notify = "EventasaurusApp.Workers.NotifyJob";
    public const string CitySync = CinemaCity + "SyncJob";
    public const string CityDate = CinemaCity + "CinemaDateJob";
    public const string CityFilm = CinemaCity + "FilmJob";
    public const string Email = "EventasaurusApp.Workers.EmailInvitationJob";
    public const string Unsplash = "EventasaurusApp.Workers.UnsplashRefreshWorker";
    /// <summary>The workers of an incident.</summary>
    public static IReadOnlySet<string> OfIncident { get; } = new HashSet<string>(StringComparer.Ordinal) { Sync, MoviePage, MovieDetail, Showtime, Enrichment, Geocode, Notify };

    public const string Sitemap = "Eventasaurus.Workers.SitemapWorker";
}
