using JobLineage.Core.Engines;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;

namespace JobLineage.Dashboard.Live;

/// <summary>What a page says of a source's queue beside its jobs: where its own tool shows them, and why there are no errors. The templates are from the configuration and checked there.</summary>
/// <param name="sources">How each source is read, by its name.</param>
public sealed class QueueLinks(IReadOnlyDictionary<string, SourceMapping> sources)
{
    /// <summary>No queue has one.</summary>
    public static QueueLinks None { get; } = new(new Dictionary<string, SourceMapping>());

    /// <summary>The address of a job in its queue's own tool; null when there is none.</summary>
    public string? Of(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return sources.GetValueOrDefault(job.Source) is { JobUrl: { } template, Schema: var schema } ? JobUrlTemplate.Fill(template, job.NativeId, job.Queue, job.Worker, schema) : null;
    }

    /// <summary>Why jobs of a source have no errors, as a sentence; null where its engine keeps them.</summary>
    public string? NoErrors(string source) => sources.GetValueOrDefault(source) is { } mapping ? Presets.Engine(mapping.Preset)?.NoErrors : null;
}
