using System.Collections;
using System.Collections.Frozen;
using JobLineage.Core.Feed;
using JobLineage.Core.Postgres;
using JobLineage.Core.Sources;
using JobLineage.Dashboard.Live;

namespace JobLineage.Dashboard.Hosting;

/// <summary>The configured sources with their connections, which end with the host. Those of entries for several schemas are added when they are found, and stay.</summary>
internal sealed class WatchedSources : IAsyncDisposable
{
    private const string Part = "sources";

    private readonly DatabasePools pools;
    private readonly Redaction redaction;
    private readonly IReadOnlyList<SourceOptions> patterns;
    private readonly Live all = new();
    private readonly IReadOnlyList<string> alone;

    // Entries of which the last answer said which schemas there are.
    private volatile FrozenSet<string> known = [];

    public WatchedSources(SourcesConfiguration configuration, FeedOptions feed, TimeProvider time)
    {
        redaction = new(configuration.RedactWords);
        pools = DatabasePools.Create(configuration.Sources.Select(s => (Connection(s), s.MaxConnections ?? feed.MaxConnections)), Part, time);
        patterns = [.. configuration.Sources.Where(s => s.Schemas.Count > 0)];
        all.Items = [.. configuration.Sources.Where(s => s.Schemas.Count == 0).Select(Watched)];
        alone = [.. all.Items.Select(s => s.Name)];
        Names = new LiveNames(all);
        Configured = new(
            Names, patterns.Select(entry => KeyValuePair.Create(entry.Name, "Its schemas have not been asked for yet.")),
            name => patterns.Any(entry => !known.Contains(entry.Name) && SchemaPatterns.Means(entry, name)));
    }

    /// <summary>In the order of their names; more of them when more are found.</summary>
    public IReadOnlyList<WatchedSource> All => all;

    /// <summary>What they are called; more of them when more are found.</summary>
    public IReadOnlyCollection<string> Names { get; }

    /// <summary>The same, for those who ask whether a source is one of ours, with the entries of which it is not known which schemas they have.</summary>
    public ConfiguredSources Configured { get; }

    /// <summary>Whether nothing is configured, found or not.</summary>
    public bool NoneConfigured => Configured.IsEmpty;

    /// <summary>Whether there are entries for several schemas.</summary>
    public bool HasPatterns => patterns.Count > 0;

    /// <summary>Why not all that an entry for several schemas means can be read, as a sentence, by the entry's name; entries of which all is found are not in it.</summary>
    public IReadOnlyDictionary<string, string> Unfound => Configured.Unfound;

    /// <summary>Whether a source is one of them, or may be while it is not known which ones there are.</summary>
    public bool Has(string source) => Configured.Has(source);

    /// <summary>Looks for schemas that were not there before, and brings <see cref="Unfound"/> up to date.</summary>
    /// <param name="cancellation">Stops the search.</param>
    /// <returns>The sources that were added.</returns>
    public async Task<IReadOnlyList<string>> FindAsync(CancellationToken cancellation)
    {
        var added = new List<WatchedSource>();
        var problems = new Dictionary<string, string>(StringComparer.Ordinal);
        var answered = new HashSet<string>(StringComparer.Ordinal);
        var read = all.Items.ExceptBy(alone, s => s.Name).ToDictionary(s => s.Name, s => s.Mapping.Schema, StringComparer.OrdinalIgnoreCase);
        foreach (var entry in patterns)
        {
            try
            {
                var pool = pools[Connection(entry), Part];
                using var turn = await pool.ShortAsync(cancellation);
                var found = await SchemaPatterns.FindAsync(entry, alone, read, pool.Connections, cancellation);
                if (found.Problem is { } problem)
                    problems[entry.Name] = problem;
                if (found.AreKnown)
                    answered.Add(entry.Name);
                added.AddRange(found.Sources.Where(f => !read.ContainsKey(f.Name)).Select(Watched));
            }
            catch (Exception e) when (DatabaseFailure.Is(e) && !cancellation.IsCancellationRequested)
            {
                problems[entry.Name] = SourceFaults.Explain(entry.Name, e, redaction.Line).Message;
            }
        }

        if (added.Count > 0)
            all.Items = [.. all.Items.Concat(added).OrderBy(s => s.Name, StringComparer.Ordinal)];
        // When they are there: in between nobody shall take an entry for read.
        known = answered.ToFrozenSet(StringComparer.Ordinal);
        Configured.Tell(problems);
        return [.. added.Select(a => a.Name)];
    }

    public ValueTask DisposeAsync() => pools.DisposeAsync();

    private WatchedSource Watched(SourceOptions source)
    {
        var pool = pools[Connection(source), Part];
        return new(source.Mapping, pool.Connections, redaction, source.Feed) { KeepRuns = source.KeepRuns, Pool = pool };
    }

    private static string Connection(SourceOptions source) =>
        source.ConnectionString ?? throw new ArgumentException($"Source '{source.Name}' has no connection string.");

    /// <summary>A list that grows while others hold it: each enumeration is over what was there when it began.</summary>
    private sealed class Live : IReadOnlyList<WatchedSource>
    {
        private volatile WatchedSource[] items = [];

        public WatchedSource[] Items
        {
            get => items;
            set => items = value;
        }

        public int Count => items.Length;

        public WatchedSource this[int index] => items[index];

        public IEnumerator<WatchedSource> GetEnumerator() => ((IEnumerable<WatchedSource>)items).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class LiveNames(Live sources) : IReadOnlyCollection<string>
    {
        public int Count => sources.Count;

        public IEnumerator<string> GetEnumerator() => sources.Items.Select(s => s.Name).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
