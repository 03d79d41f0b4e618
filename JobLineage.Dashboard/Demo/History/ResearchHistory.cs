using System.Text.Json;
using JobLineage.Dashboard.Demo.Research;

namespace JobLineage.Dashboard.Demo.History;

/// <summary>Refresh chains and song jobs that ended before the demo began; one chain died at its songs.</summary>
internal static class ResearchHistory
{
    public const string Insert =
        """
        insert into research_jobs (
            source, job_type, target_type, target_id, payload, result, status, priority, attempts, max_attempts, run_after,
            claimed_at, claimed_by, finished_at, last_error, created_at, updated_at)
        select
            source, job_type, target_type, target_id, payload, nullif(result, 'null'), status, priority, attempts, max_attempts, run_after,
            claimed_at, claimed_by, finished_at, last_error, created_at, finished_at
        from jsonb_to_recordset(@jobs::jsonb) as job(
            source text, job_type text, target_type text, target_id uuid, payload jsonb, result jsonb, status text, priority smallint,
            attempts smallint, max_attempts smallint, run_after timestamptz, claimed_at timestamptz, claimed_by text,
            finished_at timestamptz, last_error text, created_at timestamptz)
        """;

    private static readonly string[] Feeds = ["albums", "songs", "artists"];

    /// <summary>The rows as JSON, oldest first. Chains are whole, so ids rise with no gaps.</summary>
    public static string Rows(DateTimeOffset now)
    {
        var rows = new List<object>();
        var dice = new Dice("research history");
        (double HoursAgo, bool Dies)[] chains = [(44, false), (32, false), (20, true), (19.5, false), (8, false)];
        foreach (var (hoursAgo, dies) in chains)
        {
            var at = now.AddHours(-hoursAgo);
            for (var song = 0; song < 6; song++)
                rows.Add(Row(SongJobs.New(dice), at.AddMinutes(song - 20), "done", 1, new { attempt = 1, matched = true }, null));
            var key = AppleChain.Key(at, dies ? ChainFate.FeedDown : ChainFate.Completes);
            for (var step = 0; step < 4; step++)
            {
                var row = AppleChain.Step(step, key);
                var start = at.AddMinutes(7 * step);
                if (dies && step == 1)
                {
                    const string error = "download_feed(songs) failed: API request failed: 503 Server Error: Service Unavailable for url: https://api.media.apple.com/v1/feed/song/latest";
                    rows.Add(Row(row, start, "dead", row.MaxAttempts, null, error));
                    break;
                }

                // The table is empty before, so that the next row's id is this one's place plus two.
                var result = step < 3 ? AppleChain.FeedResult(Feeds[step], step + 1, rows.Count + 2) : AppleChain.IndexResult(key);
                rows.Add(Row(row, start, "done", 1, result, null));
            }
        }

        return JsonSerializer.Serialize(rows);
    }

    private static object Row(NewResearchJob job, DateTimeOffset at, string status, int attempts, object? result, string? error) => new
    {
        source = job.Source,
        job_type = job.JobType,
        target_type = job.TargetType,
        target_id = job.TargetId,
        payload = job.Payload,
        result,
        status,
        priority = job.Priority,
        attempts,
        max_attempts = job.MaxAttempts,
        run_after = at,
        claimed_at = at.AddSeconds(1),
        claimed_by = $"research-1:2911:{job.Source}.{job.JobType}",
        finished_at = at.AddMinutes(6),
        last_error = error,
        created_at = at,
    };
}
