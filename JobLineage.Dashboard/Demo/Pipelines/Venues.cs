using System.Globalization;
using JobLineage.Dashboard.Demo.Oban;

namespace JobLineage.Dashboard.Demo.Pipelines;

/// <summary>What a showtime that went well leads to: images of its venue, a notice about them, the venue's coordinates.</summary>
internal static class Venues
{
    public static NewObanJob NewEnrichment(long parent, string cinema, string externalId) =>
        new(WorkerNames.Enrichment, "venue_enrichment", new { venue = Movies.Slug(cinema), external_id = externalId })
        {
            Meta = new { parent_job_id = parent },
            MaxAttempts = 5,
        };

    /// <summary>A venue's coordinates. No node runs this queue, and a second request for a room takes the first one over.</summary>
    public static NewObanJob NewGeocode(long parent, string cinema, int room) =>
        new(WorkerNames.Geocode, "google_lookup", new { address = string.Create(CultureInfo.InvariantCulture, $"{cinema}, sala {room + 1}") })
        {
            Meta = new { parent_job_id = parent },
            MaxAttempts = 10,
            ReplacesMeta = true,
        };

    public static Performance Enrich(ObanJob job)
    {
        var external = job.Text("external_id") ?? "";
        var dice = new Dice($"{external}/{job.Text("venue")}");
        var takes = dice.Seconds(1, 3);
        var fate = dice.Next(40);
        if (fate == 0)
        {
            return new Performance(takes, new Outcome.Failed(
                Errors.Perform(job.Worker, "{:error, \"Unsplash: 403 Rate Limit Exceeded\"}"), TimeSpan.FromSeconds(4)));
        }

        return new Performance(takes, new Outcome.Completed())
        {
            Batches = fate % 2 == 0 ? [new ObanBatch(TimeSpan.FromSeconds(0.2), [NewNotify(job.Id, external, dice.Uuid())])] : [],
        };
    }

    public static Performance Notify(ObanJob job)
    {
        var dice = new Dice($"notify/{job.Text("about")}");
        var takes = dice.Seconds(0.2, 0.6);
        return new Performance(takes, dice.OneIn(8) && job.Attempt == 1 ? new Outcome.Snoozed(TimeSpan.FromMinutes(10)) : new Outcome.Completed());
    }

    // This one writes its parent as a string of digits: both kinds are in the wild.
    private static NewObanJob NewNotify(long parent, string about, Guid trace) =>
        new(WorkerNames.Notify, "emails", new { to = "ops@example.org", about })
        {
            Meta = new { trace_id = trace, parent_job_id = parent.ToString(CultureInfo.InvariantCulture) },
            MaxAttempts = 20,
            Priority = 2,
        };
}
