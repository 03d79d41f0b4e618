using System.Collections.Frozen;

namespace JobLineage.Dashboard.Security;

/// <summary>What is found below a path.</summary>
internal enum PathKind
{
    /// <summary>What a person sees in the browser's window; whatever is not in the table.</summary>
    Page,

    /// <summary>The API and its description.</summary>
    Api,

    /// <summary>Files that are made for a page.</summary>
    Export,

    /// <summary>The live connection of a page.</summary>
    Circuit,

    /// <summary>How the process is.</summary>
    Health,

    /// <summary>Scripts, styles and pictures.</summary>
    Asset,
}

/// <summary>All first parts of our paths, and what each is: the one place that knows it.</summary>
internal static class OwnPaths
{
    private static readonly FrozenDictionary<string, PathKind> Kinds = new Dictionary<string, PathKind>
    {
        ["api"] = PathKind.Api,
        ["openapi"] = PathKind.Api,
        ["exports"] = PathKind.Export,
        ["_blazor"] = PathKind.Circuit,
        ["healthz"] = PathKind.Health,
        ["_content"] = PathKind.Asset,
        ["_framework"] = PathKind.Asset,
        ["js"] = PathKind.Asset,
        ["about"] = PathKind.Page,
        ["admin"] = PathKind.Page,
        ["compare"] = PathKind.Page,
        ["digests"] = PathKind.Page,
        ["docs"] = PathKind.Page,
        ["infer"] = PathKind.Page,
        ["jobs"] = PathKind.Page,
        ["login"] = PathKind.Page,
        ["logout"] = PathKind.Page,
        ["not-found"] = PathKind.Page,
        ["pipelines"] = PathKind.Page,
        ["queues"] = PathKind.Page,
        ["runs"] = PathKind.Page,
        ["sources"] = PathKind.Page,
        // Kept for what is to come: nobody shall have to move a dashboard for it.
        ["audit"] = PathKind.Page,
        ["incidents"] = PathKind.Page,
        ["mcp"] = PathKind.Page,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>What is found at a path.</summary>
    public static PathKind KindOf(PathString path) => Kinds.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(First(path.Value), out var kind) ? kind : PathKind.Page;

    /// <summary>Whether a path, with or without its first slash, begins as one of ours.</summary>
    public static bool Has(string path) => Kinds.GetAlternateLookup<ReadOnlySpan<char>>().ContainsKey(First(path));

    private static ReadOnlySpan<char> First(ReadOnlySpan<char> path)
    {
        path = path is ['/', ..] ? path[1..] : path;
        return path.IndexOf('/') is var end and >= 0 ? path[..end] : path;
    }
}
