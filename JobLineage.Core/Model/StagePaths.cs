namespace JobLineage.Core.Model;

/// <summary>Names stages by the way to them. Pure, and the same wherever a run is read from.</summary>
public static class StagePaths
{
    /// <summary>
    /// The path of every stage. A segment is the step's name or the worker's short name; siblings whose different
    /// workers have the same short name are told apart by their full ones. A '/' within a segment becomes '.'.
    /// </summary>
    /// <param name="stages">Parents before children.</param>
    /// <typeparam name="TKey">What names a stage in the caller's own terms.</typeparam>
    public static Dictionary<TKey, string> Of<TKey>(IReadOnlyList<StagePlace<TKey>> stages)
        where TKey : struct
    {
        var twins = stages
            .Where(s => s.Step is null)
            .GroupBy(s => (s.Parent, Name: Workers.ShortName(s.Worker)))
            .Where(g => g.Count() > 1)
            .SelectMany(g => g.Select(s => s.Key))
            .ToHashSet();
        var paths = new Dictionary<TKey, string>();
        foreach (var stage in stages)
        {
            var name = Segment(stage.Step ?? (twins.Contains(stage.Key) ? stage.Worker : Workers.ShortName(stage.Worker)));
            paths[stage.Key] = stage.Parent is { } parent ? $"{paths[parent]}/{name}" : name;
        }

        return paths;
    }

    private static string Segment(string name) => name.Length == 0 ? Workers.Unknown : name.Replace('/', '.');
}

/// <summary>Where a stage stands.</summary>
/// <param name="Key">Names the stage.</param>
/// <param name="Parent">The stage above; null for the root's.</param>
/// <param name="Worker">The full worker name; empty when unknown.</param>
/// <param name="Step">The step's name where runs share a key; null elsewhere.</param>
/// <typeparam name="TKey">What names a stage in the caller's own terms.</typeparam>
public readonly record struct StagePlace<TKey>(TKey Key, TKey? Parent, string Worker, string? Step)
    where TKey : struct;
