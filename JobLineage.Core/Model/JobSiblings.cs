namespace JobLineage.Core.Model;

/// <summary>The jobs that have the same parent as a job, itself included; where runs share a key, those of the same step.</summary>
/// <param name="Counts">Their number by state.</param>
/// <param name="IsTruncated">Whether there are more: only <see cref="Most"/> are counted.</param>
/// <param name="Previous">The one before it by id; null where it is the first, or they were not all looked at.</param>
/// <param name="Next">The one behind it by id.</param>
public sealed record JobSiblings(StateCounts Counts, bool IsTruncated, string? Previous, string? Next)
{
    /// <summary>Siblings that are counted at most.</summary>
    public const int Most = 10_000;
}
