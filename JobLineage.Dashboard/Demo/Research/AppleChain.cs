using System.Globalization;

namespace JobLineage.Dashboard.Demo.Research;

/// <summary>What becomes of a refresh of Apple's catalogue.</summary>
internal enum ChainFate
{
    /// <summary>Ends well; the songs take two attempts.</summary>
    Completes,

    /// <summary>The worker is killed while it rebuilds the index, each time.</summary>
    WorkerKilled,

    /// <summary>The songs can't be had: the steps after them never come to be.</summary>
    FeedDown,
}

/// <summary>Apple's refresh chain: albums, songs, artists, then the index. Its rows share <c>chain_started_at</c>.</summary>
internal static class AppleChain
{
    private const string Refresh = "refresh_catalog";
    private const string Rebuild = "rebuild_index";
    private const short Priority = 40;

    private static readonly string[] Feeds = ["albums", "songs", "artists"];

    // The same target for a step of every chain: it says nothing about which chain a row belongs to.
    private static readonly Guid[] Targets =
    [
        new("11111111-1111-1111-1111-aaaaaaaaaaaa"), new("11111111-1111-1111-1111-bbbbbbbbbbbb"),
        new("11111111-1111-1111-1111-cccccccccccc"), new("11111111-1111-1111-1111-dddddddddddd"),
    ];

    /// <summary>A chain's key. Its last digits carry the fate, so that its rows need nothing that a real chain has not.</summary>
    public static string Key(DateTimeOffset startedAt, ChainFate fate)
    {
        var micro = TimeSpan.TicksPerMillisecond / 1000;
        var whole = startedAt.UtcTicks - (startedAt.UtcTicks % (10 * micro)) + ((int)fate * micro);
        return new DateTimeOffset(whole, TimeSpan.Zero).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture);
    }

    /// <summary>The fate a key carries.</summary>
    public static ChainFate Fate(string key) =>
        DateTimeOffset.TryParse(key, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
        && at.Ticks / (TimeSpan.TicksPerMillisecond / 1000) % 10 is var digit && Enum.IsDefined((ChainFate)digit)
            ? (ChainFate)digit
            : ChainFate.Completes;

    /// <summary>The first row of a chain.</summary>
    public static NewResearchJob First(string key) => Step(0, key);

    /// <summary>What a step does.</summary>
    public static ResearchPerformance Perform(ResearchJob job)
    {
        var key = job.Text("chain_started_at") ?? "";
        var fate = Fate(key);
        if (job.JobType == Rebuild)
        {
            return fate == ChainFate.WorkerKilled
                ? new ResearchPerformance(TimeSpan.FromSeconds(12), new ResearchEnd.Killed())
                : new ResearchPerformance(TimeSpan.FromSeconds(25), new ResearchEnd.Done(_ => IndexResult(key)));
        }

        var feed = job.Text("feed") ?? Feeds[0];
        var step = Math.Max(0, Array.IndexOf(Feeds, feed));
        var takes = TimeSpan.FromSeconds(step == 1 ? 22 : 14);
        if (feed == "songs" && (fate == ChainFate.FeedDown || (fate == ChainFate.Completes && job.Attempts == 1)))
        {
            return new ResearchPerformance(TimeSpan.FromSeconds(6), new ResearchEnd.Failed(
                $"download_feed({feed}) failed: API request failed: 503 Server Error: Service Unavailable for url: https://api.media.apple.com/v1/feed/song/latest",
                TimeSpan.FromSeconds(15)));
        }

        var next = step + 1;
        return new ResearchPerformance(takes, new ResearchEnd.Done(id => FeedResult(feed, next, id))) { Next = Step(next, key) };
    }

    /// <summary>The row of a step, from 0.</summary>
    public static NewResearchJob Step(int step, string key) => step < Feeds.Length
        ? new("apple", Refresh, "catalog", Targets[step], new { feed = Feeds[step], chain_started_at = key }, Priority, 3)
        : new("apple", Rebuild, "catalog", Targets[step], new { chain_started_at = key }, Priority, 2);

    /// <summary>The result of a finished feed, which names the next row.</summary>
    public static object FeedResult(string feed, int next, long? nextId) => new
    {
        feed,
        next_step = next < Feeds.Length ? $"{Refresh}/{Feeds[next]}" : Rebuild,
        output_dir = $"/var/catalog/run/apple_music_catalog/{feed}",
        next_job_id = nextId,
    };

    /// <summary>The result of a rebuilt index.</summary>
    public static object IndexResult(string key) => new
    {
        stats = new { songs = 152_003_914, albums = 60_412_377, artists = 0, skipped = false, has_artists = false, db_size_bytes = 18_253_611_008 },
        rebuilt = true,
        chain_started_at = key,
    };
}
