using System.Globalization;

namespace JobLineage.Core.Model;

/// <summary>The addresses of runs, jobs and digests, relative to the base: the same in pages and in messages.</summary>
public static class PagePaths
{
    /// <summary>A run, with all that its view holds.</summary>
    public static string Run(string source, string rootId, params ReadOnlySpan<(string Name, string? Value)> view) =>
        $"runs/{Uri.EscapeDataString(source)}/{Segments(rootId)}" + Query(view);

    /// <summary>The runs of a pipeline over time.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="worker">The full name of the root's worker; empty where the root was never seen.</param>
    /// <param name="view">All that its view holds.</param>
    public static string Pipeline(string source, string worker, params ReadOnlySpan<(string Name, string? Value)> view)
    {
        // What a path would not keep as it is (empty and dotted parts, escapes of escapes) stands behind it.
        var fits = !worker.Contains('%') && worker.Split('/').All(part => part is not ("" or "." or ".."));
        return $"pipelines/{Uri.EscapeDataString(source)}/{(fits ? Segments(worker) : "")}" + Query([("worker", fits ? null : worker), .. view]);
    }

    /// <summary>A job.</summary>
    public static string Job(string source, string id) => $"jobs/{Uri.EscapeDataString(source)}/{Segments(id)}";

    /// <summary>Two runs side by side.</summary>
    public static string Compare(string source, string before, string after, params ReadOnlySpan<(string Name, string? Value)> view) =>
        $"compare/{Uri.EscapeDataString(source)}/{Segments(before + RunPair.Between + after)}" + Query(view);

    /// <summary>A run beside the last good one of its pipeline.</summary>
    public static string CompareWithLastGood(string source, string id) => $"compare/{Uri.EscapeDataString(source)}/{Segments(id)}";

    /// <summary>The digests; those in one state, behind one of them, or what a mute held back.</summary>
    public static string Digests(string? state = null, long? before = null, long? mute = null) => "digests" + Query(
        ("state", state), ("before", Number(before)), ("muted", Number(mute)));

    /// <summary>A digest.</summary>
    public static string Digest(long id, params ReadOnlySpan<(string Name, string? Value)> view) =>
        string.Create(CultureInfo.InvariantCulture, $"digests/{id}") + Query(view);

    private static string? Number(long? number) => number?.ToString(CultureInfo.InvariantCulture);

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
