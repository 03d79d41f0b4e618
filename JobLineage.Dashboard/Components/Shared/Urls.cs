using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Components.Shared;

/// <summary>The addresses of pages, relative to the base: a link pasted elsewhere opens the same view.</summary>
public static class Urls
{
    /// <summary>The runs list.</summary>
    public static string Runs(string? source = null, RunState? state = null, string? worker = null, int page = 1) =>
        "./" + PagePaths.Query(("source", source), ("state", state?.ToString().ToLowerInvariant()), ("worker", worker),
            ("page", page > 1 ? page.ToString(System.Globalization.CultureInfo.InvariantCulture) : null));

    /// <summary>A run.</summary>
    public static string Run(string source, string rootId, string? tab = null, string? stage = null, string? job = null) =>
        Run(source, rootId, [("tab", tab), ("stage", stage), ("job", job)]);

    /// <summary>A run, with all that its view holds.</summary>
    public static string Run(string source, string rootId, (string Name, string? Value)[] view) =>
        PagePaths.Run(source, rootId, view);

    /// <summary>Jobs of a run as a file.</summary>
    /// <param name="selection">Which.</param>
    /// <param name="format">The format's name.</param>
    /// <param name="bom">Whether CSV is to open in Excel.</param>
    public static string Export(JobSelection selection, string format, bool bom = false) =>
        $"api/v1/runs/{Uri.EscapeDataString(selection.Source)}/{Uri.EscapeDataString(selection.RootId)}/export" + PagePaths.Query([
            ("format", format), ("bom", bom ? "true" : null), ("stage", selection.Stage), ("state", selection.State?.Name()), ("queue", selection.Queue),
            ("error", selection.Error is { } error ? Show.Plain(error) : null), ("q", selection.Text), ("below", selection.Below),
            .. selection.Ids.Select(id => ("ids", (string?)id))]);

    /// <summary>A job.</summary>
    public static string Job(string source, string id) => PagePaths.Job(source, id);

    /// <summary>Any job id, to be found in whatever source has it.</summary>
    public static string Lookup(string id) => $"admin/job-lineage/{PagePaths.Segments(id)}";
}
