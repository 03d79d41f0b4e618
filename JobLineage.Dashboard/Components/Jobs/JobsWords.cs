using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Components.Runs;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Jobs;

/// <summary>What is said of a list of jobs.</summary>
public static class JobsWords
{
    /// <summary>Attempts begun, of how many where that is known.</summary>
    public static string Attempts(int begun, int most) => most > 0 ? $"{Format.Count(begun)} of {Format.Count(most)}" : Format.Count(begun);

    /// <summary>How many there are, and how that is known.</summary>
    public static string Found(JobsPage page, ShownJobs shown, RunAddress address)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(shown);
        ArgumentNullException.ThrowIfNull(address);
        var truncated = page.BelowTruncated ? $" Only its first {Format.Count(IRunViews.MostDescendants)} descendants were followed; there may be more." : "";
        if (page.Total is { } total)
        {
            var found = total == 0 ? address.IsFiltered ? "No job matches." : "No job." : $"{Format.Jobs(total)}{(address.IsFiltered ? total == 1 ? " matches" : " match" : "")}.";
            return found + truncated;
        }

        var more = shown.Next is null ? "" : " at least";
        var looked = page.Examined is { } examined
            ? $" Found by looking at {Format.Jobs(examined)}{(page.OutOf > examined ? $" of {Format.Count(page.OutOf.Value)}" : "")}{(address.Page is null ? "" : " behind the last")}."
            : "";
        var count = shown.Jobs.Count == 0 ? page.Stopped ? "No job found so far." : "No job found." : $"{Format.Jobs(shown.Jobs.Count)}{more} {(shown.Jobs.Count == 1 ? "matches" : "match")}.";
        return count + looked + truncated;
    }
}
