using JobLineage.Core.Model;
using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Pages;

/// <summary>The queues of all sources, or one queue with who serves it and which runs wait for it.</summary>
public sealed partial class QueuesPage
{
    private readonly LiveWatch<IReadOnlyList<SourceStatus>> _sources;
    private readonly LiveWatch<IncidentsView> _incidents;

    /// <summary>Creates the page.</summary>
    public QueuesPage()
    {
        _sources = Watch<IReadOnlyList<SourceStatus>>(pauses: false);
        _incidents = Watch<IncidentsView>();
    }

    /// <summary>The source's name; null for all of them.</summary>
    [Parameter]
    public string? Source { get; set; }

    /// <summary>The queue's name; null or empty where the source has none, or where the name does not fit into a path.</summary>
    [Parameter]
    public string? Queue { get; set; }

    /// <summary>The queue's name, where it does not fit into a path.</summary>
    [SupplyParameterFromQuery(Name = "queue")]
    public string? OddQueue { get; set; }

    private string Name => !string.IsNullOrEmpty(Queue) ? Queue : OddQueue ?? "";

    private Incident? Waiting => _incidents.Value?.Items.FirstOrDefault(incident => incident.Key == $"queue:{Source}:{Name}");

    /// <inheritdoc />
    protected override async Task WatchAsync()
    {
        await _sources.SetAsync("sources", Hub.SubscribeSources);
        if (Source is { } source)
            await _incidents.SetAsync(source, () => Hub.SubscribeIncidents(new(source)));
        else
            await _incidents.ClearAsync();
    }
}
