using JobLineage.Core.Model;

namespace JobLineage.Core.Sources;

/// <summary>A stretch of the table.</summary>
/// <param name="Jobs">Its jobs in the order of ids; rows in an unknown state are left out.</param>
/// <param name="LastId">The last id read, with which the next stretch begins.</param>
/// <param name="Rows">Rows read, those in an unknown state included.</param>
public sealed record SourceChunk(IReadOnlyList<Job> Jobs, string LastId, int Rows)
{
    /// <summary>What can't be read of it.</summary>
    public IReadOnlyList<BadRow> Bad { get; init; } = [];

    /// <summary>The ids of rows in a state that the mapping does not know.</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];
}

/// <summary>What was found of some ids.</summary>
/// <param name="Jobs">The jobs found; rows in an unknown state are left out.</param>
/// <param name="Absent">The ids that the table does not have.</param>
public sealed record SourceRows(IReadOnlyList<Job> Jobs, IReadOnlyList<string> Absent)
{
    /// <summary>The ids of those jobs whose row is gone: they are as their last images have them.</summary>
    public IReadOnlySet<string> Deleted { get; init; } = new HashSet<string>();

    /// <summary>Those of <see cref="Deleted"/> whose image lacks what was too long for it: of one that was read before, the store keeps what it has.</summary>
    public IReadOnlySet<string> Partial { get; init; } = new HashSet<string>();

    /// <summary>What can't be read of the rows that are there.</summary>
    public IReadOnlyList<BadRow> Bad { get; init; } = [];

    /// <summary>The ids of rows in a state that the mapping does not know.</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];

    /// <summary>The source's own words for those states, and how many rows are in each.</summary>
    public IReadOnlyDictionary<string, long> UnknownStates { get; init; } = new Dictionary<string, long>();
}
