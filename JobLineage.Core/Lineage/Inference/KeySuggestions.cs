namespace JobLineage.Core.Lineage.Inference;

/// <summary>Finds the keys of a root's arguments that hold its run together. Pure.</summary>
internal static class KeySuggestions
{
    private const int Deepest = 2;
    private const int Most = 8;

    /// <summary>The keys whose value other jobs of the window have too, best first.</summary>
    /// <param name="root">The root.</param>
    /// <param name="before">Jobs inserted before it.</param>
    /// <param name="within">Jobs of the window.</param>
    /// <param name="siblings">Other jobs of its worker, before and within.</param>
    /// <remarks>
    /// A key scores by the share of its jobs that are within, by how many of them there are compared with the others, and by
    /// how many of the other roots have another value. The first of keys that score alike is the longest value: an id that
    /// was made for the run is longer than the number of a shop.
    /// </remarks>
    public static IReadOnlyList<KeySuggestion> Of(
        InferenceJob root, IReadOnlyList<InferenceJob> before, IReadOnlyList<InferenceJob> within, IReadOnlyList<InferenceJob> siblings)
    {
        var counted = root.Values
            .Where(v => !v.Path.EndsWith(ArgsPath.AnyItem, StringComparison.Ordinal) && ArgsPath.Parse(v.Path) is { Count: <= Deepest })
            .DistinctBy(v => v.Path)
            .Select(v => (Value: v,
                Jobs: within.Count(j => j.ValueAt(v.Path) == v.Text),
                Outside: before.Count(j => j.ValueAt(v.Path) == v.Text && j.Worker != root.Worker),
                Others: siblings.Select(s => s.ValueAt(v.Path)).ToList()))
            .Where(c => c.Jobs > 0)
            .ToList();
        if (counted.Count == 0)
            return [];
        var most = counted.Max(c => c.Jobs);
        return
        [
            .. counted.Select(c =>
                {
                    var different = c.Others.Count(o => o != c.Value.Text);
                    var separates = c.Others.Count == 0 ? 0.8 : (different + 0.1) / (c.Others.Count + 0.1);
                    // As many jobs before as within would have it by chance.
                    var within = (double)c.Jobs / (c.Jobs + c.Outside);
                    return new KeySuggestion(
                        c.Value.Path, c.Value.Text, Math.Round(within * separates * Math.Sqrt((double)c.Jobs / most), 3), c.Jobs, c.Outside,
                        c.Others.Count == 0 ? null : different == c.Others.Count);
                })
                .OrderByDescending(k => k.Score).ThenByDescending(k => k.Value.Length).ThenBy(k => k.Key, StringComparer.Ordinal).Take(Most),
        ];
    }
}
