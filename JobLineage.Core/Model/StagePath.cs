namespace JobLineage.Core.Model;

/// <summary>How the path of a stage, such as <c>SyncJob/MoviePageJob</c>, is taken apart. Names hold no slash.</summary>
public static class StagePath
{
    /// <summary>The last part: what the stage itself is called.</summary>
    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>The path of the stage above; null for the root's.</summary>
    public static string? Above(string path) => path.LastIndexOf('/') is var cut and > 0 ? path[..cut] : null;
}
