using JobLineage.Core.Model;

namespace JobLineage.Core.Contract;

/// <summary>
/// <c>stats ID --json</c>: the stages of a run, their counts by state; states without jobs are left out. <c>links</c> are the stages between which jobs have further
/// parents, beside the one in the tree.
/// </summary>
public sealed record StatsAnswer(string Source, string Root, IReadOnlyList<StageCountsAnswer> Stages, [property: Terse] IReadOnlyList<StageLink> Links)
{
    /// <summary>From what it shows.</summary>
    public static StatsAnswer Of(RunSnapshot run) => new(run.Source, run.RootId, [.. run.Stages.Select(StageCountsAnswer.Of)], run.Links);
}

/// <summary>
/// <c>tree ID --json</c>: a run with its jobs, as a list in which each names the one above it; of <c>total</c> jobs it has the first when <c>truncated</c>. With
/// <c>--filter</c> it has the <c>matching</c> jobs that <c>filter</c> finds, the first of them when <c>truncated</c>, and those that lead to them; both are null without.
/// </summary>
public sealed record TreeAnswer(
    string Source, string Root, IReadOnlyList<StageCountsAnswer> Stages, long Total, string? Filter, long? Matching, bool Truncated, IReadOnlyList<TreeJobAnswer> Jobs);

/// <summary>A job in a tree.</summary>
public sealed record TreeJobAnswer : JobAnswer
{
    internal TreeJobAnswer(JobAnswer job) : base(job)
    {
    }

    /// <summary>Whether it does not match, and is there as it leads to a job that does.</summary>
    [Terse]
    public bool IsOnTheWay { get; init; }
}

/// <summary><c>children ID --json</c>: a job's children by id; of <c>total</c> it has the first when <c>truncated</c>.</summary>
public sealed record JobChildrenAnswer(string Source, string Id, long Total, bool Truncated, IReadOnlyList<JobAnswer> Children);

/// <summary><c>ancestors ID --json</c>: the way from the root down to a job's parent.</summary>
public sealed record JobAncestorsAnswer(string Source, string Id, IReadOnlyList<JobAnswer> Ancestors);

/// <summary><c>doctor --json</c>: what was checked of a source.</summary>
public sealed record DoctorAnswer(string Source, IReadOnlyList<CheckAnswer> Checks);

/// <summary>The queues that are known by name and were found in a database.</summary>
public sealed record FoundEnginesAnswer(IReadOnlyList<FoundEngineAnswer> Engines);

/// <summary>
/// A queue that was found: about how many rows it has, how many of its newest jobs (<c>newest</c>) carry a parent (<c>linked</c>), both null where that could not be told, and the
/// configuration that reads it.
/// </summary>
public sealed record FoundEngineAnswer(
    string Preset, string Title, string Schema, string? Version, long? Rows, long? Linked, long? Newest, IReadOnlyList<CheckAnswer> Checks, string Configuration);

/// <summary>A check; <c>level</c> is good, advice or problem, <c>message</c> a sentence.</summary>
public sealed record CheckAnswer(string Level, string Check, string Message);

/// <summary>
/// A run whose links nobody recorded: inferred. <c>by</c> is the key of the arguments that holds it together, null where none fits, and <c>suggested</c>
/// when it was chosen here; <c>jobs</c> is null where they were not asked for.
/// </summary>
public sealed record InferredRunAnswer(
    string Source, string Root, bool Inferred, string? By, string? Value, bool Suggested, IReadOnlyList<KeyAnswer> Keys, WindowAnswer Window,
    IReadOnlyList<InferredStageAnswer> Stages, IReadOnlyList<string> Notes, long Total, IReadOnlyList<InferredJobAnswer>? Jobs);

/// <summary>A key that may hold a run together; <c>score</c> from 0 to 1, <c>separates</c> null where no other root was met.</summary>
public sealed record KeyAnswer(string By, string Value, double Score, int Jobs, int Outside, bool? Separates);

/// <summary>The jobs that were looked at: <c>examined</c> of them, and there are more when <c>truncated</c>.</summary>
public sealed record WindowAnswer(DateTimeOffset? From, DateTimeOffset? Until, string? NextRoot, int Examined, bool Truncated);

/// <summary>
/// A stage and how sure it is: <c>inferred</c> is false for the root's, <c>confidence</c> the mean from 0 to 1, <c>certainty</c> sure, likely or unsure; then its jobs
/// by how sure their links are (a link that the queue recorded is sure), and a phrase each for what speaks for them, the most frequent first.
/// </summary>
public sealed record InferredStageAnswer(
    string Path, string Worker, int Depth, long Total, IReadOnlyDictionary<string, long> Counts, bool Inferred, double Confidence, string Certainty, int Sure,
    int Likely, int Unsure, int Recorded, IReadOnlyList<string> Why) : StageCountsAnswer(Path, Worker, Depth, Total, Counts);

/// <summary>A job whose <c>parentId</c> was inferred.</summary>
public sealed record InferredJobAnswer : JobAnswer
{
    internal InferredJobAnswer(JobAnswer job) : base(job)
    {
    }

    /// <summary>False for the root, and where the queue itself says so.</summary>
    public required bool Inferred { get; init; }

    /// <summary>How likely the link is right, from 0 to 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>How likely the job belongs to the run at all, from 0 to 1.</summary>
    public required double Membership { get; init; }

    /// <summary>sure, likely or unsure.</summary>
    public required string Certainty { get; init; }

    /// <summary>What speaks for the link, a phrase each.</summary>
    public required IReadOnlyList<string> Evidence { get; init; }

    /// <summary>Other jobs that may be the parent, the likeliest first.</summary>
    public required IReadOnlyList<RivalAnswer> Rivals { get; init; }
}

/// <summary>Another job that may be the parent; <c>confidence</c> from 0 to 1.</summary>
public sealed record RivalAnswer(string Id, string Worker, double Confidence);
