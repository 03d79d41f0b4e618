using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Reading;

/// <summary>Names the stages of a run as the store has them.</summary>
internal static class StoredPaths
{
    /// <summary>The path of every stage by its number in the store.</summary>
    /// <param name="stages">Parents before children.</param>
    public static Dictionary<long, string> Of(IEnumerable<(long Id, long? Parent, string Worker, string? Step)> stages)
    {
        var tree = new StageTree();
        var places = new Dictionary<long, int>();
        foreach (var (id, parent, worker, step) in stages)
        {
            // Where jobs have no step their worker stands for it: it is called by its short name.
            var name = step == worker ? null : step;
            places[id] = parent is { } above ? tree.Step(places[above], worker, name) : tree.Root(worker, name);
        }

        var paths = tree.Paths(tree.Names());
        return places.ToDictionary(p => p.Key, p => paths[p.Value]);
    }
}
