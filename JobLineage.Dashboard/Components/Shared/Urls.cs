using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Runs;

namespace JobLineage.Dashboard.Components.Shared;

/// <summary>The addresses of pages, relative to the base: a link pasted elsewhere opens the same view.</summary>
public static class Urls
{
    /// <summary>The runs list; <see cref="RunsAddress"/> has all that its address may hold.</summary>
    public static string Runs(string? source = null, RunState? state = null, string? worker = null, string? text = null) =>
        new RunsAddress { Source = source, State = state, Worker = worker, Text = text }.ToString();

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
    public static string Lookup(string id) => id.Contains("//", StringComparison.Ordinal) || id.StartsWith('/') || id.EndsWith('/')
        // A path would lose what stands between two slashes: nothing.
        ? "admin/job-lineage" + PagePaths.Query(("id", id))
        : $"admin/job-lineage/{PagePaths.Segments(id)}";
}
