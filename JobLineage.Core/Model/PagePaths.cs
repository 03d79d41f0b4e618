using System.Globalization;

namespace JobLineage.Core.Model;

/// <summary>The addresses of runs, jobs and digests, relative to the base: the same in pages and in messages.</summary>
public static class PagePaths
{
    /// <summary>The sources, and what of each could not be read.</summary>
    public const string Sources = "sources";

    /// <summary>A run, with all that its view holds.</summary>
    public static string Run(string source, string rootId, params ReadOnlySpan<(string Name, string? Value)> view) =>
        Place("runs", source, rootId, "id", view);

    /// <summary>The runs of a pipeline over time.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="worker">The full name of the root's worker; empty where the root was never seen.</param>
    /// <param name="view">All that its view holds.</param>
    public static string Pipeline(string source, string worker, params ReadOnlySpan<(string Name, string? Value)> view)
    {
        var fits = Fits(worker);
        return $"pipelines/{Uri.EscapeDataString(source)}/{(fits ? Segments(worker) : "")}" + Query([("worker", fits ? null : worker), .. view]);
    }

    /// <summary>The queues of all sources.</summary>
    public const string Queues = "queues";

    /// <summary>A queue.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="queue">The queue's name; empty where the source has none.</param>
    public static string Queue(string source, string queue) =>
        queue.Length == 0 ? $"queues/{Uri.EscapeDataString(source)}/" : Place("queues", source, queue, "queue", []);

    /// <summary>A job.</summary>
    public static string Job(string source, string id, params ReadOnlySpan<(string Name, string? Value)> view) => Place("jobs", source, id, "id", view);

    /// <summary>Two runs side by side.</summary>
    public static string Compare(string source, string before, string after, params ReadOnlySpan<(string Name, string? Value)> view) =>
        Place("compare", source, before + RunPair.Between + after, "pair", view);

    /// <summary>A run beside the last good one of its pipeline.</summary>
    public static string CompareWithLastGood(string source, string id, params ReadOnlySpan<(string Name, string? Value)> view) =>
        Place("compare", source, id, "pair", view);

    /// <summary>Jobs of a run as a file.</summary>
    public static string Export(string source, string rootId, params ReadOnlySpan<(string Name, string? Value)> view) =>
        // The server takes the id as one part: an escaped slash would not come through every proxy.
        rootId.Contains('/') || !Fits(rootId)
            ? $"exports/{Uri.EscapeDataString(source)}/" + Query([("id", rootId), .. view])
            : $"exports/{Uri.EscapeDataString(source)}/{Uri.EscapeDataString(rootId)}" + Query(view);

    /// <summary>Any job id, to be found in whatever source has it.</summary>
    public static string Lookup(string id, params ReadOnlySpan<(string Name, string? Value)> view) => Fits(id)
        ? $"admin/job-lineage/{Segments(id)}" + Query(view)
        : "admin/job-lineage" + Query([("id", id), .. view]);

    /// <summary>The digests; those in one state, behind one of them, or what a mute held back.</summary>
    public static string Digests(string? state = null, long? before = null, long? mute = null) => "digests" + Query(
        ("state", state), ("before", Number(before)), ("muted", Number(mute)));

    /// <summary>A digest.</summary>
    public static string Digest(long id, params ReadOnlySpan<(string Name, string? Value)> view) =>
        string.Create(CultureInfo.InvariantCulture, $"digests/{id}") + Query(view);

    private static string? Number(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    /// <summary>What may be below a job that nobody recorded.</summary>
    public static string Infer(string source, string id, params ReadOnlySpan<(string Name, string? Value)> view) =>
        Place("infer", source, id, "id", view);

    /// <summary>
    /// Whether a path keeps the id as it is, from the browser through a proxy to the server: browsers and proxies resolve
    /// parts of dots and merge slashes however they are escaped, read a backslash as a slash, and decode percent signs as
    /// often as they like. A query is left alone by all of them, so any other id stands there.
    /// </summary>
    public static bool Fits(string id) =>
        !id.Any(c => c is '%' or '\\' || char.IsControl(c)) && id.Split('/').All(part => part is not ("" or "." or ".."));

    /// <summary>An id that <see cref="Fits"/> as the rest of a path: ids of text queues may hold slashes, and the routes take them.</summary>
    public static string Segments(string id) => string.Join('/', id.Split('/').Select(Uri.EscapeDataString));

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

    private static string Place(string page, string source, string id, string name, ReadOnlySpan<(string Name, string? Value)> view) => Fits(id)
        ? $"{page}/{Uri.EscapeDataString(source)}/{Segments(id)}" + Query(view)
        : $"{page}/{Uri.EscapeDataString(source)}/" + Query([(name, id), .. view]);
}
