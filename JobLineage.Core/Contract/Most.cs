using JobLineage.Core.Model;

namespace JobLineage.Core.Contract;

/// <summary>How much of a list an answer holds: its size is bounded whatever a queue calls its workers, and what is left out is said with its number.</summary>
internal static class Most
{
    /// <summary>Stages of a run, parents before children.</summary>
    public const int Stages = 2_000;

    /// <summary>Edges between stages, and links.</summary>
    public const int Edges = 4_000;

    /// <summary>Findings, the worst first.</summary>
    public const int Findings = 1_000;

    /// <summary>The first of a list, and how many are left out.</summary>
    public static (IReadOnlyList<T> Shown, long Omitted) Of<T>(IReadOnlyList<T> all, int most) =>
        all.Count <= most ? (all, 0) : ([.. all.Take(most)], all.Count - most);
}

/// <summary>How counts are named.</summary>
internal static class CountNames
{
    /// <summary>The states that have jobs, by their names, in the order of <see cref="JobStates.All"/>.</summary>
    public static IReadOnlyDictionary<string, long> ByName(this StateCounts counts) => counts.NonZero().ToDictionary(c => c.Key.Name(), c => c.Value);
}
