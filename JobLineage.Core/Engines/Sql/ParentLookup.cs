namespace JobLineage.Core.Engines.Sql;

/// <summary>How the children of a job can be found.</summary>
internal enum ParentLookup
{
    /// <summary>The source has no parent links.</summary>
    None,

    /// <summary>An index serves the parent expression: 3 µs a job.</summary>
    Expression,

    /// <summary>A GIN index serves containment of the parent key: 20 µs a job.</summary>
    Containment,

    /// <summary>Nothing serves it: the table is read once for every level.</summary>
    Scan,
}
