namespace JobLineage.Dashboard.Live;

/// <summary>The sources of the configuration, whatever else the store has. Who composes a host says which they are: "none" is no default.</summary>
/// <param name="Names">Their names.</param>
public sealed record ConfiguredSources(IReadOnlyCollection<string> Names)
{
    /// <summary>Whether a name is that of a source of an entry for several schemas, found or not.</summary>
    public Func<string, bool> Means { get; init; } = _ => false;

    /// <summary>Why it is not known which sources an entry for several schemas stands for, by its name; it changes as they are found.</summary>
    public IReadOnlyDictionary<string, string> Unfound { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether none is configured.</summary>
    public bool IsEmpty => Names.Count == 0 && Unfound.Count == 0;

    /// <summary>Whether a source is one of them.</summary>
    public bool Has(string source) => Names.Contains(source) || Means(source);
}
