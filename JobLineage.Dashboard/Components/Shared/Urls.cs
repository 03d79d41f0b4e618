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

    /// <summary>What may be below a job that nobody recorded.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="id">The job.</param>
    /// <param name="by">The key that holds the run together; null for the one that fits best.</param>
    /// <param name="window">How long it may have taken, as it is typed; null for the usual.</param>
    /// <param name="stage">The stage whose jobs are listed.</param>
    public static string Infer(string source, string id, string? by = null, string? window = null, string? stage = null) =>
        PagePaths.Infer(source, id, [("by", by), ("window", window), ("stage", stage)]);

    /// <summary>Any job id, to be found in whatever source has it.</summary>
    public static string Lookup(string id) => $"admin/job-lineage/{PagePaths.Segments(id)}";
}
