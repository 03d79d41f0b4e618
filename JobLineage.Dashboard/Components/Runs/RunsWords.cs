using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Runs;

/// <summary>What is said of a list of runs.</summary>
public static class RunsWords
{
    /// <summary>How many there are, and how that is known.</summary>
    public static string Found(RunsPage page, RunsAddress address)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(address);
        var behind = address.Page is null ? "" : " behind the last";
        var filter = address.Reading.Filter;
        var looked = page.Examined is { } examined
            ? $" Looked into {Format.Count(examined, "run")}{behind}{(filter.OfJobs.IsAll ? "" : ", for a job that meets the filter")}"
                + $"{(filter.Texts.Count == 0 ? "." : ": ids and run keys exactly, workers, steps, errors and the root's arguments for the text.")}"
            : "";
        if (page.IsTimeUp)
            looked += $" That took {Format.Roughly(RunsPage.SearchLimit)}, which is all that a page may take.";
        if (page.PassedOver > 0)
            looked += $" {Format.Count(page.PassedOver, "run")} had too many jobs to look at all of them, and {(page.PassedOver == 1 ? "is" : "are")} left out.";
        var match = address.IsFiltered ? page.Total == 1 ? " matches" : " match" : "";
        return page switch
        {
            { Total: 0, IsAtLeast: false } => (address.IsFiltered ? "No run matches." : "No run.") + looked,
            { Total: { } total } => $"{(page.IsAtLeast ? "At least " : "")}{Format.Count(total, "run")}{match}.{looked}",
            { Runs.Count: 0 } => (IsPartly(page) ? $"{None(page)}." : "No run found here.") + looked,
            _ when address.Page is not null && page.Examined is null => "",
            _ => $"{Format.Count(page.Runs.Count, "run")} found{(page.Next is not null ? " so far" : page.PassedOver > 0 ? " among those looked at" : "")}.{looked}",
        };
    }

    /// <summary>Whether there may be runs that match and were not found: not all could be looked at.</summary>
    public static bool IsPartly(RunsPage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        return page.Stopped || page.PassedOver > 0;
    }

    /// <summary>That no run was found, of a page of which <see cref="IsPartly"/> holds.</summary>
    public static string None(RunsPage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        return page.Stopped ? "No run found so far" : "No run found among those looked at";
    }

    /// <summary>Why a run is where it is, on one line; null where nothing is wrong.</summary>
    public static string? Reason(RunSummary run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.Reason
            ?? (run.Counts.Discarded > 0 ? $"{Format.Count(run.Counts.Discarded)} of {Format.Jobs(run.Counts.Total)} failed"
                : run.Findings.Missing > 0 ? "Fewer jobs than announced" : null);
    }

    /// <summary>What is wrong with a run, in words; empty when nothing is.</summary>
    public static string Findings(RunSummary run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return string.Join(", ", run.Findings.NonZero().Select(finding => $"{Format.Count(NumberOf(run, finding.Key))} {StateLook.Of(finding.Key).Label}"));
    }

    /// <summary>The number that stands beside a kind of finding: of jobs where they have failed, of findings elsewhere.</summary>
    public static long NumberOf(RunSummary run, FindingKind kind)
    {
        ArgumentNullException.ThrowIfNull(run);
        return kind == FindingKind.Failing ? run.Counts.Discarded : run.Findings[kind];
    }
}
