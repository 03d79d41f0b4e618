namespace JobLineage.Core.Model;

/// <summary>Two runs of a source side by side. "Before" is the first that was named, whichever began earlier.</summary>
public sealed record RunComparison
{
    /// <summary>The first run.</summary>
    public required RunSnapshot Before { get; init; }

    /// <summary>The second run.</summary>
    public required RunSnapshot After { get; init; }

    /// <summary>The stages of both, those of the second in its order, each that only the first has behind the one it stood behind.</summary>
    public required IReadOnlyList<StageChange> Stages { get; init; }

    /// <summary>The edges of both.</summary>
    public required IReadOnlyList<EdgeChange> Edges { get; init; }

    /// <summary>The errors of both by stage: those that only the second has, those that only the first has, those of both.</summary>
    public required IReadOnlyList<ErrorChange> Errors { get; init; }

    /// <summary>Whether a run has more kinds of error than were compared: one may then be in both and be shown in one.</summary>
    public required bool ErrorsAreCut { get; init; }

    /// <summary>What differs in the arguments of the roots, by key; empty when they are equal.</summary>
    public required IReadOnlyList<ArgChange> Args { get; init; }

    /// <summary>Whether the arguments of a root are not known whole, so that a difference may be missing here.</summary>
    public required bool ArgsAreCut { get; init; }

    /// <summary>What is worth knowing first, the worst first; empty when nothing is.</summary>
    public required IReadOnlyList<Highlight> Highlights { get; init; }

    /// <summary>Whether both are runs of one pipeline; of two pipelines only what is called alike is matched.</summary>
    public required bool IsOnePipeline { get; init; }
}

/// <summary>What became of a stage or an edge from the first run to the second.</summary>
public enum ChangeKind
{
    /// <summary>In both, with as many jobs.</summary>
    Same,

    /// <summary>In both, with more jobs in the second.</summary>
    More,

    /// <summary>In both, with fewer jobs in the second.</summary>
    Less,

    /// <summary>Only in the second.</summary>
    Added,

    /// <summary>Only in the first.</summary>
    Removed,
}

/// <summary>A stage in both runs, or in one of them.</summary>
public sealed record StageChange
{
    /// <summary>Its path. Where the root of one run was never seen, the path as the other run has it.</summary>
    public required string Path { get; init; }

    /// <summary>The path of the stage above; null for the root's.</summary>
    public string? ParentPath { get; init; }

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>1 for the root's stage.</summary>
    public required int Depth { get; init; }

    /// <summary>What became of it.</summary>
    public required ChangeKind Kind { get; init; }

    /// <summary>As the first run has it; null when it has not.</summary>
    public StageFigures? Before { get; init; }

    /// <summary>As the second run has it; null when it has not.</summary>
    public StageFigures? After { get; init; }

    /// <summary>How many more jobs the second has; negative: fewer.</summary>
    public long Jobs => (After?.Stage.Total ?? 0) - (Before?.Stage.Total ?? 0);
}

/// <summary>A stage in one run.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="FanOut">How many jobs came for each job of the stage above; null for the root's, and where nobody counted.</param>
/// <param name="Spans">How long its jobs waited and ran; null when nothing is known.</param>
public sealed record StageFigures(Stage Stage, double? FanOut, StageSpans? Spans)
{
    /// <summary>The part of its finished jobs that failed for good, from 0 to 1; null while none has finished.</summary>
    public double? FailureShare => Stage.Counts.Finished == 0 ? null : (double)Stage.Counts.Discarded / Stage.Counts.Finished;
}

/// <summary>The way from one stage to another in both runs, or in one of them.</summary>
/// <param name="From">The path of the parents' stage.</param>
/// <param name="To">The path of the children's stage.</param>
/// <param name="Before">Jobs that came over it in the first run; null when it has no such way.</param>
/// <param name="After">The same for the second.</param>
public sealed record EdgeChange(string From, string To, long? Before, long? After)
{
    /// <summary>What became of it.</summary>
    public ChangeKind Kind => (Before, After) switch
    {
        (null, _) => ChangeKind.Added,
        (_, null) => ChangeKind.Removed,
        ({ } before, { } after) => Changes.Of(before, after),
    };
}

/// <summary>An error of a stage in both runs, or in one of them.</summary>
/// <param name="Stage">The path of the stage.</param>
/// <param name="Fingerprint">The number of its fingerprint.</param>
/// <param name="Text">The error with what differs from job to job left out.</param>
/// <param name="Before">In the first run; null when it has no such error there.</param>
/// <param name="After">In the second.</param>
public sealed record ErrorChange(string Stage, int Fingerprint, string Text, StageError? Before, StageError? After)
{
    /// <summary>What became of it.</summary>
    public ChangeKind Kind => (Before, After) switch
    {
        (null, _) => ChangeKind.Added,
        (_, null) => ChangeKind.Removed,
        ({ } before, { } after) => Changes.Of(before.Jobs, after.Jobs),
    };
}

/// <summary>An argument of the roots that differs.</summary>
/// <param name="Key">Where it is: <c>city</c>, <c>options.pages</c>, <c>ids[3]</c>; empty for all that there is.</param>
/// <param name="Before">Its JSON text in the first; null when it is not there.</param>
/// <param name="After">In the second.</param>
public sealed record ArgChange(string Key, string? Before, string? After);

/// <summary>Something that a person would want to know first.</summary>
/// <param name="IsBad">Whether it is for the worse.</param>
/// <param name="Stage">The path of the stage it is about; null for the run.</param>
/// <param name="Text">One sentence, plain text.</param>
public sealed record Highlight(bool IsBad, string? Stage, string Text);

/// <summary>How changes are named.</summary>
public static class Changes
{
    /// <summary>What became of a number.</summary>
    public static ChangeKind Of(long before, long after) =>
        after > before ? ChangeKind.More : after < before ? ChangeKind.Less : ChangeKind.Same;
}
