using JobLineage.Core.Model;

namespace JobLineage.Core.Sources;

/// <summary>A mapping together with what was found out about the table it reads.</summary>
/// <param name="Mapping">How the table is read.</param>
/// <param name="IdKind">The type of its ids.</param>
/// <param name="IdType">The id column's type as Postgres writes it, such as <c>bigint</c>; safe to put into SQL.</param>
/// <param name="StateLabels">The labels of the state column's enum; null when it is not an enum.</param>
/// <param name="HasRowVersions">Whether rows have an <c>xmin</c> (tables do, views do not).</param>
public sealed record ProbedSource(
    SourceMapping Mapping, JobIdKind IdKind, string IdType, IReadOnlyList<string>? StateLabels, bool HasRowVersions)
{
    /// <summary>
    /// The kind of id that the parent expression has by its type, when that type is an integer or uuid; null when it is
    /// text (as from JSON) or there is none.
    /// </summary>
    public JobIdKind? ParentIdKind { get; init; }

    /// <summary>
    /// The conditions for rows that are not finished, one for each arm of a UNION ALL. A label that an older enum lacks
    /// (Oban's <c>suspended</c> before version 14) is left out: naming it would be an error.
    /// </summary>
    public IReadOnlyList<string> UnfinishedConditions => Mapping.Unfinished.Count > 0
        ? Mapping.Unfinished
        : [.. Mapping.States
            .Where(s => !s.Value.IsFinished() && (StateLabels is null || StateLabels.Contains(s.Key)))
            .Select(s => $"({Mapping.State}) = {SourceMapping.Literal(s.Key)}")];
}
