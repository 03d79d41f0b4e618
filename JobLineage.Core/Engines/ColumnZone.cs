namespace JobLineage.Core.Engines;

/// <summary>What the type of a time says of its zone.</summary>
internal enum ColumnZone
{
    /// <summary>It may be of any zone: a date, a text, or nobody knows the type.</summary>
    Unknown,

    /// <summary>It is a moment.</summary>
    With,

    /// <summary>It is a wall clock's.</summary>
    Without,
}

/// <summary>The times of a source, and their zones.</summary>
internal static class ColumnZones
{
    /// <summary>The members of a mapping that are times of a job.</summary>
    public static IReadOnlyList<string> Times { get; } =
        [nameof(SourceMapping.InsertedAt), nameof(SourceMapping.ScheduledAt), nameof(SourceMapping.AttemptedAt), nameof(SourceMapping.FinishedAt)];

    /// <summary>The zone of a member, by its type as Postgres writes it, whatever its precision: <c>timestamp(3) without time zone</c>.</summary>
    public static ColumnZone ZoneOf(this ProbedSource source, string member) => source.Types.GetValueOrDefault(member) is { } type && type.StartsWith("timestamp", StringComparison.Ordinal)
        ? type.EndsWith(" with time zone", StringComparison.Ordinal) ? ColumnZone.With
            : type.EndsWith(" without time zone", StringComparison.Ordinal) ? ColumnZone.Without
            : ColumnZone.Unknown
        : ColumnZone.Unknown;
}
