namespace JobLineage.Core.Model;

/// <summary>The errors of a run by fingerprint, the most frequent first.</summary>
/// <param name="Groups">The fingerprints.</param>
/// <param name="Total">How many fingerprints there are in all.</param>
/// <param name="Jobs">How many jobs have an error they have not got over, in all groups, those that are not listed included.</param>
/// <param name="Levels">The stages that have failures in the stages below them, topmost first: what failures can be grouped by.</param>
public sealed record RunErrors(IReadOnlyList<ErrorGroup> Groups, long Total, long Jobs, IReadOnlyList<AncestorLevel> Levels);

/// <summary>Jobs whose last error has one fingerprint.</summary>
/// <param name="Fingerprint">The fingerprint's number in the store.</param>
/// <param name="Text">The error with what differs from job to job left out.</param>
/// <param name="Final">Discarded jobs.</param>
/// <param name="Other">Jobs that will be retried, or were called off.</param>
/// <param name="FirstAt">When the first of these jobs failed, in UTC; null when unknown.</param>
/// <param name="LastAt">When the last of them failed, in UTC.</param>
/// <param name="Sample">The id of the job that failed last; null when it is gone by now.</param>
/// <param name="Stages">Where they are, the most first.</param>
public sealed record ErrorGroup(
    int Fingerprint, string Text, long Final, long Other, DateTimeOffset? FirstAt, DateTimeOffset? LastAt, string? Sample,
    IReadOnlyList<ErrorPlace> Stages)
{
    /// <summary>What the job that failed last says, as it was written; null when that is not known any more.</summary>
    public string? Message { get; init; }

    /// <summary>All jobs of the group.</summary>
    public long Jobs => Final + Other;
}

/// <summary>The jobs of an error group in one stage.</summary>
/// <param name="Stage">The stage's path.</param>
/// <param name="Jobs">How many jobs.</param>
public sealed record ErrorPlace(string Stage, long Jobs);

/// <summary>A stage by whose jobs failures can be grouped.</summary>
/// <param name="Stage">The stage's path.</param>
/// <param name="Failed">Final failures in the stages below it.</param>
public sealed record AncestorLevel(string Stage, long Failed);

/// <summary>Final failures grouped by their nearest ancestor in one stage.</summary>
/// <param name="Stage">The path of the ancestors' stage.</param>
/// <param name="Groups">The ancestors with the most failures, the most first.</param>
/// <param name="Ancestors">How many ancestors have failures below them.</param>
/// <param name="Failed">Final failures that were followed to an ancestor.</param>
/// <param name="OutOf">Final failures there are below the stage; more than <paramref name="Examined"/> when not all were followed.</param>
/// <param name="Examined">Final failures whose ancestors were looked for: the newest.</param>
public sealed record AncestorGroups(
    string Stage, IReadOnlyList<AncestorGroup> Groups, long Ancestors, long Failed, long OutOf, long Examined);

/// <summary>A job with failures below it.</summary>
/// <param name="Ancestor">The job.</param>
/// <param name="Failed">Final failures below it.</param>
public sealed record AncestorGroup(JobLine Ancestor, long Failed);

/// <summary>The final failures below a job, by stage.</summary>
/// <param name="Stages">The stages with failures, the most first.</param>
/// <param name="IsTruncated">Whether the job has more descendants than are followed, so that there may be more.</param>
public sealed record FailedBelow(IReadOnlyList<ErrorPlace> Stages, bool IsTruncated)
{
    /// <summary>All of them.</summary>
    public long Total => Stages.Sum(s => s.Jobs);
}
