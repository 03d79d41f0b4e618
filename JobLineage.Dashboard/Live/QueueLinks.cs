using JobLineage.Core.Sources;

namespace JobLineage.Dashboard.Live;

/// <summary>Where the queues' own tools show a job, by source; the templates are from the configuration and checked there.</summary>
/// <param name="templates">A template, or null, by the source's name.</param>
public sealed class QueueLinks(IReadOnlyDictionary<string, string?> templates)
{
    /// <summary>No queue has one.</summary>
    public static QueueLinks None { get; } = new(new Dictionary<string, string?>());

    /// <summary>The address of a job in its queue's own tool; null when there is none.</summary>
    public string? Of(string source, string id) =>
        templates.GetValueOrDefault(source) is { } template ? JobUrlTemplate.Fill(template, id) : null;
}
