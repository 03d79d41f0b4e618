namespace JobLineage.Core.Model;

/// <summary>What became of asking a source for a job's row.</summary>
public enum NativeRowState
{
    /// <summary>The source has it.</summary>
    Present,

    /// <summary>The source has no such row (any more).</summary>
    Gone,

    /// <summary>The source could not be asked.</summary>
    Unreachable,
}

/// <summary>A job's row as its source has it at this moment, secrets taken out.</summary>
/// <param name="State">What became of asking for it.</param>
/// <param name="Columns">All columns in the order of the table; empty unless the row is there.</param>
/// <param name="Problem">Why it could not be asked, as a sentence; null otherwise.</param>
/// <param name="AsOf">When it was asked, in UTC.</param>
public sealed record NativeRow(NativeRowState State, IReadOnlyList<NativeColumn> Columns, string? Problem, DateTimeOffset AsOf)
{
    /// <summary>The source's own word for the job's state, as its mapping reads it; null unless the row is there.</summary>
    public string? Word { get; init; }
}

/// <summary>A column of a row.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Text">Its value as text, JSON as JSON; null for NULL.</param>
/// <param name="Length">How many characters the source has.</param>
/// <param name="IsCut">Whether <paramref name="Text"/> is only the beginning.</param>
public sealed record NativeColumn(string Name, string? Text, long Length, bool IsCut);
