namespace JobLineage.Dashboard.Live;

/// <summary>The sources of the configuration, whatever else the store has. Who composes a host says which they are: "none" is no default.</summary>
/// <param name="Names">Their names.</param>
public sealed record ConfiguredSources(IReadOnlyCollection<string> Names)
{
    /// <summary>Whether a source is one of them.</summary>
    public bool Has(string source) => Names.Contains(source);
}
