using System.Globalization;

namespace JobLineage.Bench.Latency;

/// <summary>A page that is looked at, and where in it the number of failed jobs of the watched run stands.</summary>
/// <param name="Name">As the tables name it.</param>
/// <param name="Path">Its address.</param>
/// <param name="Selector">The element with the number.</param>
internal sealed record WatchedPage(string Name, string Path, string Selector)
{
    /// <summary>The pages that are measured.</summary>
    public static IReadOnlyList<WatchedPage> All(ActiveRuns runs)
    {
        var root = runs.WatchedRoot.ToString(CultureInfo.InvariantCulture);
        return
        [
            new("run page", $"runs/{LatencyServer.Source}/{root}", $"[data-stage='{ActiveRuns.Stage}'] [data-state=discarded]"),
            new("runs list", "", $"tr[data-run='{root}'] .failures"),
        ];
    }
}
