using JobLineage.Core.Model;
using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Pages;

/// <summary>A job: its fields, its way up, what it spawned, what happened to it, and its row in the queue's table.</summary>
public sealed partial class JobPage
{
    private readonly LiveWatch<JobView> _job;
    private readonly LiveWatch<IReadOnlyList<SourceStatus>> _sources;

    /// <summary>Creates the page.</summary>
    public JobPage()
    {
        _job = Watch<JobView>();
        _sources = Watch<IReadOnlyList<SourceStatus>>(pauses: false);
    }

    /// <summary>The source's name.</summary>
    [Parameter]
    public string Source { get; set; } = "";

    /// <summary>The job's id.</summary>
    [Parameter]
#pragma warning disable BL0007 // Not an auto property: what a path does not keep as it is stands behind it.
    public string Id { get => string.IsNullOrEmpty(field) ? QueryId ?? "" : field; set; } = "";
#pragma warning restore BL0007

    /// <summary>The job's id, where it does not fit into a path.</summary>
    [SupplyParameterFromQuery(Name = "id")]
    public string? QueryId { get; set; }

    [CascadingParameter]
    private HttpContext? Http { get; set; }

    private SourceStatus? Status => _sources.Value?.FirstOrDefault(status => status.Source == Source);

    /// <inheritdoc />
    protected override async Task WatchAsync()
    {
        await _sources.SetAsync("sources", Hub.SubscribeSources);
        await _job.SetAsync((Source, Id), () => Hub.SubscribeJob(Source, Id));
    }

    /// <inheritdoc />
    protected override void OnUpdated()
    {
        Clock.Follow(Status, _job.Update.Connection);
        if (_job.Update.IsUnknown)
            Http.Answer(StatusCodes.Status404NotFound);
    }
}
