namespace JobLineage.Core.Alerts;

/// <summary>Jobs of which the same is to be said.</summary>
/// <param name="Words">What is said of each.</param>
/// <param name="Jobs">They, the most recent first.</param>
internal sealed record DigestLine(string Words, IReadOnlyList<DigestJob> Jobs)
{
    /// <summary>The lines of a group. Failures that are equal in all that is said of them share one. Pure.</summary>
    public static IReadOnlyList<DigestLine> Of(DigestGroup group) =>
        [.. group.Jobs.GroupBy(job => DigestText.Describe(group, job), StringComparer.Ordinal).Select(alike => new DigestLine(alike.Key, [.. alike]))];
}
