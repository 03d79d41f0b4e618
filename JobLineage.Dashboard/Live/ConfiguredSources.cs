using System.Collections.Immutable;

namespace JobLineage.Dashboard.Live;

/// <summary>The sources of the configuration, whatever else the store has. Who composes a host says which they are: "none" is no default.</summary>
/// <param name="names">Their names; there may be more later.</param>
/// <param name="unfound">Why it is not known which sources an entry for several schemas stands for, by its name; none: all are known.</param>
/// <param name="means">Whether a name may be that of a source of an entry whose schemas are not known; none: there is no such entry.</param>
public sealed class ConfiguredSources(IReadOnlyCollection<string> names, IEnumerable<KeyValuePair<string, string>>? unfound = null, Func<string, bool>? means = null)
{
    private volatile ImmutableSortedDictionary<string, string> problems = Sorted(unfound ?? []);

    /// <summary>Raised when <see cref="Unfound"/> has changed, on any thread.</summary>
    public event Action? Changed;

    /// <summary>Their names.</summary>
    public IReadOnlyCollection<string> Names => names;

    /// <summary>Why not all sources that an entry for several schemas stands for are known and read, as sentences by its name, in the order of names; it changes as they are found.</summary>
    public IReadOnlyDictionary<string, string> Unfound => problems;

    /// <summary>Whether none is configured.</summary>
    public bool IsEmpty => Names.Count == 0 && Unfound.Count == 0;

    /// <summary>Whether a source is one of them, or may be while it is not known which ones there are.</summary>
    public bool Has(string source) => Names.Contains(source) || means?.Invoke(source) == true;

    /// <summary>Replaces <see cref="Unfound"/>.</summary>
    public void Tell(IEnumerable<KeyValuePair<string, string>> unfound)
    {
        var now = Sorted(unfound);
        if (now.SequenceEqual(problems))
            return;
        problems = now;
        Changed?.Invoke();
    }

    private static ImmutableSortedDictionary<string, string> Sorted(IEnumerable<KeyValuePair<string, string>> entries) => entries.ToImmutableSortedDictionary(StringComparer.Ordinal);
}
