using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>
/// The order in which findings stand: what affects most jobs first, its probable consequences counted with it and right behind it. What only waits, and what is wrong with links
/// alone, comes after what keeps jobs from being done. Pure.
/// </summary>
internal static class FindingOrder
{
    /// <summary>The findings in their order, each with its own name within the run.</summary>
    public static List<Finding> Of(IReadOnlyList<(Found Found, Found? Cause)> found)
    {
        var ids = Ids(found.Select(f => f.Found));
        var effects = found.Where(f => f.Cause is not null).ToLookup(f => f.Cause!, f => f.Found, ReferenceEqualityComparer.Instance);
        long Weight(Found f) => f.Jobs + effects[f].Sum(e => e.Jobs);
        var ordered = new List<Finding>(found.Count);
        foreach (var cause in Sorted(found.Where(f => f.Cause is null).Select(f => f.Found), Weight))
        {
            ordered.Add(cause.Finding with { Id = ids[cause], Affected = Weight(cause), Began = cause.Began });
            ordered.AddRange(Sorted(effects[cause], f => f.Jobs).Select(f => f.Finding with { Id = ids[f], Affected = f.Jobs, Cause = ids[cause], Began = f.Began }));
        }

        return ordered;
    }

    private static IEnumerable<Found> Sorted(IEnumerable<Found> found, Func<Found, long> weight) => found
        .OrderBy(f => Rank(f.Finding.Kind))
        .ThenByDescending(weight)
        .ThenBy(f => f.Finding.Kind)
        .ThenBy(f => f.Finding.Stage, StringComparer.Ordinal);

    private static int Rank(FindingKind kind) => kind switch
    {
        FindingKind.Waiting => 2,
        FindingKind.Cycle or FindingKind.Orphaned => 1,
        _ => 0,
    };

    // By kind, cause and stage: numbers change while it lasts.
    private static Dictionary<Found, string> Ids(IEnumerable<Found> found)
    {
        var ids = new Dictionary<Found, string>(ReferenceEqualityComparer.Instance);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var f in found)
        {
            var (evidence, finding) = (f.Finding.Evidence, f.Finding);
            string?[] parts = [finding.KindName, evidence.GetValueOrDefault("cause") as string, evidence.GetValueOrDefault("basis") as string, evidence.GetValueOrDefault("state") as string, finding.Stage, evidence.GetValueOrDefault("missingStage") as string];
            var id = string.Join(':', parts.Where(part => !string.IsNullOrEmpty(part)));
            var name = id;
            for (var again = 2; !taken.Add(name); again++)
                name = $"{id}:{again}";
            ids[f] = name;
        }

        return ids;
    }
}
