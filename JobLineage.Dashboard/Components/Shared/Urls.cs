using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Components.Shared;

/// <summary>The addresses of pages, relative to the base: a link pasted elsewhere opens the same view.</summary>
public static class Urls
{
    /// <summary>The runs list.</summary>
    public static string Runs(string? source = null, RunState? state = null, string? worker = null, int page = 1) =>
        "./" + Query(("source", source), ("state", state?.ToString().ToLowerInvariant()), ("worker", worker),
            ("page", page > 1 ? page.ToString(System.Globalization.CultureInfo.InvariantCulture) : null));

    /// <summary>A run.</summary>
    public static string Run(string source, string rootId, string? tab = null, string? stage = null, string? job = null) =>
        Run(source, rootId, [("tab", tab), ("stage", stage), ("job", job)]);

    /// <summary>A run, with all that its view holds.</summary>
    public static string Run(string source, string rootId, (string Name, string? Value)[] view) =>
        $"runs/{Uri.EscapeDataString(source)}/{Path(rootId)}" + Query(view);

    /// <summary>A job.</summary>
    public static string Job(string source, string id) => $"jobs/{Uri.EscapeDataString(source)}/{Path(id)}";

    /// <summary>Any job id, to be found in whatever source has it.</summary>
    public static string Lookup(string id) => $"admin/job-lineage/{Path(id)}";

    // Ids of text queues may hold slashes; the routes take them with the rest of the path. A part of dots alone would lead up
    // in it, to some other page, however it is escaped: such an id stays one part, and is looked for in vain.
    private static string Path(string id)
    {
        var parts = id.Split('/');
        return parts.Any(part => part is "." or "..")
            ? Uri.EscapeDataString(parts.Length == 1 ? id + "/" : id)
            : string.Join('/', parts.Select(Uri.EscapeDataString));
    }

    private static string Query(params (string Name, string? Value)[] parts) =>
        string.Join('&', parts.Where(part => !string.IsNullOrEmpty(part.Value))
            .Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}")) is { Length: > 0 } query ? "?" + query : "";
}
