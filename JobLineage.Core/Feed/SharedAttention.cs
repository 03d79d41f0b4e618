using JobLineage.Core.Runs;

namespace JobLineage.Core.Feed;

/// <summary>Who looks at what in all replicas: a viewer of one hurries the feed that runs in another.</summary>
/// <param name="here">Who looks in this one.</param>
internal sealed class SharedAttention(IAttention here) : IAttention
{
    private volatile HashSet<string> elsewhere = [];

    /// <inheritdoc />
    public bool IsWatched(string source) => here.IsWatched(source) || elsewhere.Contains(source);

    /// <summary>Whether somebody looks in this replica.</summary>
    public bool IsWatchedHere(string source) => here.IsWatched(source);

    /// <summary>Takes what the others say.</summary>
    /// <param name="view">What they say, by lease.</param>
    /// <param name="names">The source of each lease.</param>
    public void Hear(LeaseView view, IReadOnlyDictionary<string, string> names) => elsewhere = view.Alive
        .Where(p => p.Id != view.Me)
        .SelectMany(p => p.Watches)
        .Select(w => names.GetValueOrDefault(w))
        .OfType<string>()
        .ToHashSet(StringComparer.Ordinal);
}
