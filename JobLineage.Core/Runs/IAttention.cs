namespace JobLineage.Core.Runs;

/// <summary>Knows whether anybody looks, so that a source is asked less often while nobody does.</summary>
public interface IAttention
{
    /// <summary>Whether anybody looks at a source now.</summary>
    bool IsWatched(string source);
}
