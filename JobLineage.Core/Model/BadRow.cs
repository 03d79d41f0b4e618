namespace JobLineage.Core.Model;

/// <summary>A row of a source, or a member of it, that can't be read or written: it is put aside by name, and all others go on.</summary>
/// <param name="Id">The row's id, as the source has it.</param>
/// <param name="Member">The member of the mapping; empty where it is the row as a whole.</param>
/// <param name="IsKept">Whether the job is kept without this member.</param>
/// <param name="SqlState">What Postgres calls it; null where the value could not be decoded.</param>
/// <param name="Sentence">What is wrong, for a person.</param>
public sealed record BadRow(string Id, string Member, bool IsKept, string? SqlState, string Sentence)
{
    /// <summary>The parent that the row names, where that could be read.</summary>
    public string? ParentId { get; init; }

    /// <summary>The key of the run that it belongs to, where that could be read.</summary>
    public string? RunKey { get; init; }

    /// <summary>When it was first found so, in UTC; null while it was only just found.</summary>
    public DateTimeOffset? FirstSeen { get; init; }

    /// <summary>When it was last found so.</summary>
    public DateTimeOffset? LastSeen { get; init; }
}
