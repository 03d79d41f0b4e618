namespace JobLineage.Core.Model;

/// <summary>The addresses of runs and jobs, relative to the base: the same in pages and in messages.</summary>
public static class PagePaths
{
    /// <summary>A run, with all that its view holds.</summary>
    public static string Run(string source, string rootId, params ReadOnlySpan<(string Name, string? Value)> view) =>
        $"runs/{Uri.EscapeDataString(source)}/{Segments(rootId)}" + Query(view);

    /// <summary>A job.</summary>
    public static string Job(string source, string id) => $"jobs/{Uri.EscapeDataString(source)}/{Segments(id)}";

    /// <summary>What may be below a job that nobody recorded.</summary>
    public static string Infer(string source, string id, params ReadOnlySpan<(string Name, string? Value)> view) =>
        $"infer/{Uri.EscapeDataString(source)}/{Segments(id)}" + Query(view);

    /// <summary>
    /// An id as the rest of a path: ids of text queues may hold slashes, and the routes take them. A part of dots alone would
    /// lead up in it, to some other page, however it is escaped: such an id stays one part, and is looked for in vain.
    /// </summary>
    public static string Segments(string id)
    {
        var parts = id.Split('/');
        return parts.Any(part => part is "." or "..")
            ? Uri.EscapeDataString(parts.Length == 1 ? id + "/" : id)
            : string.Join('/', parts.Select(Uri.EscapeDataString));
    }

    /// <summary>The parts that have a value as a query; empty without any.</summary>
    public static string Query(params ReadOnlySpan<(string Name, string? Value)> parts)
    {
        var query = new List<string>(parts.Length);
        foreach (var (name, value) in parts)
        {
            if (!string.IsNullOrEmpty(value))
                query.Add($"{name}={Uri.EscapeDataString(value)}");
        }

        return query.Count > 0 ? "?" + string.Join('&', query) : "";
    }
}
