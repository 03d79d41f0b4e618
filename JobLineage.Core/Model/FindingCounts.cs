namespace JobLineage.Core.Model;

/// <summary>How many findings of each kind a run has.</summary>
public readonly record struct FindingCounts(
    int Stuck = 0,
    int Failing = 0,
    int Missing = 0,
    int Childless = 0,
    int Cycle = 0,
    int Orphaned = 0,
    int Waiting = 0)
{
    private static readonly FindingKind[] Kinds = Enum.GetValues<FindingKind>();

    /// <summary>The number of findings of one kind.</summary>
    public int this[FindingKind kind] => kind switch
    {
        FindingKind.Stuck => Stuck,
        FindingKind.Failing => Failing,
        FindingKind.Missing => Missing,
        FindingKind.Childless => Childless,
        FindingKind.Cycle => Cycle,
        FindingKind.Orphaned => Orphaned,
        FindingKind.Waiting => Waiting,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Those of a run that was diagnosed.</summary>
    public static FindingCounts Of(IReadOnlyList<Finding> findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        int Count(FindingKind kind) => findings.Count(finding => finding.Kind == kind);
        return findings.Count == 0
            ? default
            : new(
                Count(FindingKind.Stuck), Count(FindingKind.Failing), Count(FindingKind.Missing), Count(FindingKind.Childless),
                Count(FindingKind.Cycle), Count(FindingKind.Orphaned), Count(FindingKind.Waiting));
    }

    /// <summary>The kinds that there are, worst first.</summary>
    public IEnumerable<KeyValuePair<FindingKind, int>> NonZero()
    {
        foreach (var kind in Kinds)
        {
            if (this[kind] is var count and not 0)
                yield return new(kind, count);
        }
    }
}
