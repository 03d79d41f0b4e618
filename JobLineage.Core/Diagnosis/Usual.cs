using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>
/// What is usual for a pipeline, from its past runs. Medians, so that one bad night does not become the norm; nothing
/// at all while there are too few runs to tell.
/// </summary>
internal sealed class Usual
{
    private readonly int enough;
    private readonly IReadOnlyList<PastRun> past;
    private readonly IReadOnlyList<PastRun> finished;

    public Usual(RunSnapshot run, RunFacts facts, DiagnosisOptions options)
    {
        enough = Math.Max(options.PastRuns, 1);
        past = [.. facts.Past.Where(p => p.RootId != run.RootId && !(p.StartedAt >= run.StartedAt))];
        finished = [.. past.Where(p => p.IsFinished)];
    }

    /// <summary>How long an attempt of a stage usually takes, and over how many runs that was seen; null when unknown.</summary>
    public (TimeSpan Time, int Runs)? RunTime(string path)
    {
        var means = past
            .Select(p => p.Stages.GetValueOrDefault(path))
            .Where(s => s is { Ran: > 0 })
            .Select(s => s!.RanFor.TotalSeconds / s.Ran)
            .ToList();
        return means.Count < enough ? null : (TimeSpan.FromSeconds(Medians.Of(means)), means.Count);
    }

    /// <summary>How long an attempt of a stage took on average in the run where that was longest; null when in none is known how long.</summary>
    public TimeSpan? LongestRunTime(string path) => past
        .Select(p => p.Stages.GetValueOrDefault(path))
        .Where(s => s is { Ran: > 0 })
        .Select(s => (TimeSpan?)(s!.RanFor / s.Ran))
        .Max();

    /// <summary>
    /// How many jobs of a stage there usually are for each job of the stage above that completed: the median, the fewest
    /// seen, and over how many runs; null when unknown.
    /// </summary>
    public (double PerParent, double Fewest, int Runs)? FanOut(string path)
    {
        var ratios = new List<double>();
        foreach (var run in finished)
        {
            var parent = run.Stages.GetValueOrDefault(path)?.ParentPath ?? StagePath.Above(path);
            if (parent is not null && run.Stages.GetValueOrDefault(parent) is { Completed: > 0 and var parents })
                ratios.Add((double)(run.Stages.GetValueOrDefault(path)?.Total ?? 0) / parents);
        }

        return ratios.Count < enough ? null : (Medians.Of(ratios), ratios.Min(), ratios.Count);
    }

    /// <summary>The share of a stage's completed jobs that usually have children, and over how many runs; null when unknown.</summary>
    public (double Share, int Runs)? ParentShare(string path)
    {
        var shares = finished
            .Select(p => p.Stages.GetValueOrDefault(path))
            .Where(s => s is { Completed: > 0 })
            .Select(s => (double)s!.Parents / s.Completed)
            .ToList();
        return shares.Count < enough ? null : (Medians.Of(shares), shares.Count);
    }

    /// <summary>The stages right below this one that every past run had which got so far, and how many those were.</summary>
    public IEnumerable<(string Path, int Runs)> AlwaysBelow(string parent)
    {
        var runs = finished.Where(p => p.Stages.GetValueOrDefault(parent) is { Completed: > 0 }).ToList();
        if (runs.Count < enough)
            return [];
        return runs
            .SelectMany(p => p.Below[parent])
            .GroupBy(path => path, StagePath.Comparer)
            .Where(path => path.Count() == runs.Count)
            .Select(path => (path.Key, runs.Count))
            .OrderBy(path => path.Key, StringComparer.Ordinal);
    }
}
