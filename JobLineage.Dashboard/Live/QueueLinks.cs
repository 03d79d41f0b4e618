using JobLineage.Core.Engines;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;

namespace JobLineage.Dashboard.Live;

/// <summary>What a page says of a source's queue beside its jobs: where its own tool shows them, what it calls their states, and why there are no errors. The templates are from the configuration and checked there.</summary>
/// <param name="sources">How a source is read, by its name; null for one that is not configured.</param>
public sealed class QueueLinks(Func<string, SourceMapping?> sources)
{
    /// <summary>No queue has one.</summary>
    public static QueueLinks None { get; } = new(_ => null);

    /// <summary>The address of a job in its queue's own tool; null when there is none.</summary>
    public string? Of(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return sources(job.Source) is { JobUrl: { } template, Schema: var schema } ? JobUrlTemplate.Fill(template, job.NativeId, job.Queue, job.Worker, schema) : null;
    }

    /// <summary>What a source's engine itself calls a state, as a sentence for a tooltip; null where it says the same.</summary>
    public string? Says(string source, JobState state) => sources(source) is { } mapping ? StateWords.Of(mapping, state) : null;

    /// <summary>What a source's engine says in a job's own row, as a sentence; null where it says the same as we do.</summary>
    public string? Says(string source, string? word) => sources(source) is { } mapping ? StateWords.OfWord(mapping, word) : null;

    /// <summary>Why jobs of a source have no errors, as a sentence; null where its engine keeps them.</summary>
    public string? NoErrors(string source) => sources(source) is { } mapping ? Presets.Engine(mapping.Preset)?.NoErrors : null;
}
