using JobLineage.Core.Contract;
using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>
/// How long an attempt of a stage may take before it is doubted: what is configured, or many times what is usual in past runs or among the finished jobs of the same
/// run, or many times the threshold for a start; never less than some times what any attempt is known to have taken.
/// </summary>
internal sealed class AttemptLimits(string source, Usual usual, DiagnosisOptions options)
{
    /// <summary>Attempts that take so many times longer than is usual are doubted.</summary>
    private const double UsualFactor = 10;

    /// <summary>The same of a time that is known, and too seldom seen to be called usual.</summary>
    private const double SeenFactor = 3;

    /// <summary>So many finished jobs of the same stage say what is usual.</summary>
    public const long EnoughSiblings = 20;

    /// <summary>The limit of a stage, and what it is learned from.</summary>
    public AttemptLimit Of(Stage stage)
    {
        var threshold = options.StuckAfterFor(source, stage.Worker);
        if (options.ExecutingAfterFor(source, stage.Worker) is { } configured)
            return new(configured, true, null);
        if (usual.RunTime(stage.Path) is { } past)
            return new(Longer(threshold, past.Time * UsualFactor), true, new(past.Time, past.Runs, 0));
        if (stage is { Ran: >= EnoughSiblings, MeanRun: { } mean })
            return new(Longer(threshold, mean * UsualFactor), true, new(mean, 0, stage.Ran));
        var seen = usual.LongestRunTime(stage.Path);
        if (stage.MeanRun is { } few && !(few < seen))
            seen = few;
        return new(Longer(threshold * DiagnosisOptions.ExecutingFactor, (seen ?? TimeSpan.Zero) * SeenFactor), false, null);
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;
}

/// <summary>How long an attempt may take.</summary>
/// <param name="Limit">So long.</param>
/// <param name="IsKnown">Whether it is said, or learned: then one that takes longer is doubted though others finish.</param>
/// <param name="Usual">What was learned; null where nothing was.</param>
internal sealed record AttemptLimit(TimeSpan Limit, bool IsKnown, UsualTime? Usual);

/// <summary>How long an attempt usually takes.</summary>
/// <param name="Time">So long.</param>
/// <param name="Runs">Seen over so many past runs; 0 where it is of the run itself.</param>
/// <param name="Siblings">Seen of so many finished jobs of the run itself; 0 where it is of past runs.</param>
internal sealed record UsualTime(TimeSpan Time, int Runs, long Siblings)
{
    /// <summary>As it stands in a sentence behind "usually".</summary>
    public override string ToString() => Runs > 0
        ? $"{Format.Words(Time)} over {Format.Count(Runs, "run")}"
        : $"{Format.Words(Time)} over {Format.Jobs(Siblings)} of this run";
}
