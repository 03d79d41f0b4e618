namespace JobLineage.Core.Store;

/// <summary>What else is known of a job row. The values are stored and stand in index predicates: never renumber.</summary>
[Flags]
internal enum JobFlags : short
{
    None = 0,

    /// <summary>Named as a parent, never seen; with <see cref="Blind"/>: seen before, and nothing is known of it now.</summary>
    Missing = 1,

    /// <summary>The source no longer has the row.</summary>
    Gone = 2,

    /// <summary>The row left the source before it was seen to finish: no longer counted.</summary>
    Vanished = 4,

    /// <summary>Its parent link would close a circle and is not followed.</summary>
    CycleCut = 8,

    /// <summary>Args or meta are cut.</summary>
    Cut = 16,

    /// <summary>Its row was read before, and now can't be read or is in a state that nobody knows. Always with <see cref="Missing"/>.</summary>
    Blind = 32,
}
