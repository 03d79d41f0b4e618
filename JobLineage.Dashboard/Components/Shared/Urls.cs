using JobLineage.Core.Alerts;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Digests;
using JobLineage.Dashboard.Components.Runs;

namespace JobLineage.Dashboard.Components.Shared;

/// <summary>The addresses of pages, relative to the base: a link pasted elsewhere opens the same view.</summary>
public static class Urls
{
    /// <summary>The runs list; <see cref="RunsAddress"/> has all that its address may hold.</summary>
    public static string Runs(string? source = null, RunState? state = null, string? worker = null, string? text = null) =>
        new RunsAddress { Source = source, State = state, Worker = worker, Text = text }.ToString();

    /// <summary>A page of the documentation, or the list of them.</summary>
    public static string Docs(string? page = null, string? anchor = null) => "docs" + (page is null ? "" : "/" + page) + (anchor is null ? "" : "#" + anchor);

    /// <summary>What a kind of finding means, how it is decided and what to do.</summary>
    public static string Docs(FindingKind kind) => Docs("findings", kind.ToString().ToLowerInvariant());

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
        PagePaths.Export(selection.Source, selection.RootId, [
            ("format", format), ("bom", bom ? "true" : null), .. JobFilterParameters.Of(selection.Filter, withIds: true)]);

    /// <summary>A job.</summary>
    public static string Job(string source, string id) => PagePaths.Job(source, id);

    /// <summary>Two runs side by side.</summary>
    public static string Compare(string source, string before, string after, params ReadOnlySpan<(string Name, string? Value)> view) =>
        PagePaths.Compare(source, before, after, view);

    /// <summary>A run beside the last good one of its pipeline.</summary>
    public static string CompareWithLastGood(string source, string id) => PagePaths.CompareWithLastGood(source, id);

    /// <summary>A queue.</summary>
    public static string Queue(string source, string queue) => PagePaths.Queue(source, queue);

    /// <summary>The runs of a pipeline over time.</summary>
    public static string Pipeline(string source, string worker) => PagePaths.Pipeline(source, worker);

    /// <summary>The digests; those in one state, behind one of them, or what a mute has set aside.</summary>
    public static string Digests(DeliveryState? state = null, long? before = null, long? mute = null) =>
        PagePaths.Digests(state is { } only ? DigestWords.Name(only) : null, before, mute);

    /// <summary>A digest.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="tab">The view; null: the message.</param>
    /// <param name="before">The failure behind which the list goes on.</param>
    public static string Digest(long id, string? tab = null, long? before = null) => PagePaths.Digest(id, ("tab", tab), ("before", before is { } at ? Show.Plain(at) : null));

    /// <summary>The form that mutes a pipeline, filled in.</summary>
    public static string MuteForm(string source, string pipeline) =>
        PagePaths.Digests() + PagePaths.Query(("source", source), ("pipeline", pipeline)) + "#mute";

    /// <summary>What may be below a job that nobody recorded.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="id">The job.</param>
    /// <param name="by">The key that holds the run together; null for the one that fits best.</param>
    /// <param name="window">How long it may have taken, as it is typed; null for the usual.</param>
    /// <param name="stage">The stage whose jobs are listed.</param>
    public static string Infer(string source, string id, string? by = null, string? window = null, string? stage = null) =>
        PagePaths.Infer(source, id, [("by", by), ("window", window), ("stage", stage)]);

    /// <summary>Any job id, to be found in whatever source has it.</summary>
    public static string Lookup(string id) => PagePaths.Lookup(id);
}
