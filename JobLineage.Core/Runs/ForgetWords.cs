using JobLineage.Core.Contract;
using JobLineage.Core.Model;

namespace JobLineage.Core.Runs;

/// <summary>What forgetting removes, in sentences: the same on the page and in the terminal.</summary>
public static class ForgetWords
{
    /// <summary>One sentence each.</summary>
    public static IEnumerable<string> Of(Forgettable found)
    {
        yield return found.Root is { } root
            ? $"Run {root} of source '{found.Source}': {Format.Count(found.Jobs, "job")}{(found.PastRuns > 0 ? ", of which only a summary is left" : "")}, {Format.Count(found.Failures, "final failure")}."
            : $"Source '{found.Source}': {Format.Count(found.Jobs, "job")}, {Format.Count(found.Runs, "run")}, {Format.Count(found.PastRuns, "summary", "summaries")} of runs that were dropped, {Format.Count(found.Failures, "final failure")}.";
        if (found.Untold > 0)
            yield return $"{Format.Count(found.Untold, "final failure")} will not be reported: no digest has included them yet.";
        if (found.Reader is { } reader)
        {
            yield return found.Root is null
                ? $"The source is being read by {reader}: what its table has is read again from the beginning. To keep it forgotten, take it out of the configuration first."
                : found.Present > 0 ? $"The queue still has {Format.Count(found.Present, "of these jobs", "of these jobs")}, which are read again." : "The queue has none of these jobs any more.";
        }

        yield return "Digests that were sent are kept as they were sent.";
    }
}
