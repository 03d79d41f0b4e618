namespace JobLineage.Dashboard.Demo.Oban;

/// <summary>A queue as a node's configuration has it.</summary>
/// <param name="Name">The queue's name.</param>
/// <param name="Node">The node that runs it.</param>
/// <param name="Limit">How many jobs at a time.</param>
internal sealed record QueueConfig(string Name, string Node, int Limit);

/// <summary>The two nodes of the demonstration. They run <c>google_lookup</c> only once an incident heals: until then it looks as if no node did.</summary>
internal static class ObanNodes
{
    public const string Leader = "eventasaurus@worker-1";

    private const string Second = "eventasaurus@worker-2";

    /// <summary>The queue that nobody serves until the incident heals.</summary>
    public const string Lookup = "google_lookup";

    public static IReadOnlyList<QueueConfig> Queues { get; } =
    [
        new("default", Second, 2),
        new("discovery", Leader, 2),
        new("emails", Leader, 4),
        new(Lookup, Second, 4),
        new("maintenance", Second, 1),
        new("scraper", Leader, 6),
        new("scraper", Second, 6),
        new("scraper_detail", Leader, 3),
        new("scraper_index", Leader, 4),
        new("venue_enrichment", Second, 4),
    ];
}
