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

    /// <summary>A job.</summary>
    public static string Job(string source, string id) => PagePaths.Job(source, id);

    /// <summary>Two runs side by side.</summary>
    public static string Compare(string source, string before, string after, params ReadOnlySpan<(string Name, string? Value)> view) =>
        PagePaths.Compare(source, before, after, view);

    /// <summary>A run beside the last good one of its pipeline.</summary>
    public static string CompareWithLastGood(string source, string id) => PagePaths.CompareWithLastGood(source, id);

    /// <summary>The runs of a pipeline over time.</summary>
    public static string Pipeline(string source, string worker) => PagePaths.Pipeline(source, worker);

    /// <summary>Any job id, to be found in whatever source has it.</summary>
    public static string Lookup(string id) => $"admin/job-lineage/{PagePaths.Segments(id)}";
}
