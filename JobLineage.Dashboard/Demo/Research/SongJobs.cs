using System.Globalization;

namespace JobLineage.Dashboard.Demo.Research;

/// <summary>Jobs about single songs: no chain, each stands alone.</summary>
internal static class SongJobs
{
    // CRLF and markup as upstream servers send them; nothing in it may run or format anything where it is shown.
    private const string BadGateway =
        "Spotify match failed: 502 Bad Gateway: <html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
        + "<center><h1>502 Bad Gateway</h1></center>\r\n<script>alert(502)</script>\r\n</body>\r\n</html>";

    /// <summary>A job about some song.</summary>
    public static NewResearchJob New(Dice dice) => dice.Next(3) switch
    {
        0 => new("youtube", "search_song", "song", dice.Uuid(), new { }, 100, 5),
        1 => new("spotify", "match_song", "song", dice.Uuid(), new { rematch = dice.OneIn(4) }, 50, 5),
        _ => new("musicbrainz", "import_song", "song", dice.Uuid(), new { }, 100, 5),
    };

    public static ResearchPerformance Perform(ResearchJob job)
    {
        var dice = new Dice(job.TargetId.ToString());
        var takes = dice.Seconds(1, 4);
        return dice.Next(50) switch
        {
            0 => new ResearchPerformance(takes, new ResearchEnd.Dead(
                string.Create(CultureInfo.InvariantCulture, $"MB has no work for song {job.TargetId}: 404 deleted/merged"))),
            1 => new ResearchPerformance(takes, new ResearchEnd.Failed(
                job.Source == "spotify" ? BadGateway : "ValueError: time data '2026-13-01' does not match format '%Y-%m-%d'", TimeSpan.FromSeconds(15))),
            2 or 3 when job.Attempts == 1 => new ResearchPerformance(takes, new ResearchEnd.Failed(
                "MB returned no data (timeout)", TimeSpan.FromSeconds(20))),
            _ => new ResearchPerformance(takes, new ResearchEnd.Done(_ => new { attempt = job.Attempts, matched = true })),
        };
    }
}
