using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Components.Shared;
using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Pages;

/// <summary>A run: what it is doing, what is wrong with it, and its stages as a graph or as a tree.</summary>
public sealed partial class RunPage
{
    private readonly LiveWatch<RunSnapshot> _run;
    private readonly LiveWatch<IReadOnlyList<SourceStatus>> _sources;
    private readonly LiveWatch<JobView> _job;
    private string? _movingTo;

    /// <summary>Creates the page.</summary>
    public RunPage()
    {
        _run = Watch<RunSnapshot>();
        _sources = Watch<IReadOnlyList<SourceStatus>>(pauses: false);
        _job = Watch<JobView>();
    }

    /// <summary>The source's name.</summary>
    [Parameter]
    public string Source { get; set; } = "";

    /// <summary>The id of the root, or of any job of the run.</summary>
    [Parameter]
    public string RootId { get; set; } = "";

    /// <summary><c>tree</c>, or the graph.</summary>
    [SupplyParameterFromQuery(Name = "tab")]
    public string? Tab { get; set; }

    /// <summary>The path of the selected stage.</summary>
    [SupplyParameterFromQuery(Name = "stage")]
    public string? Stage { get; set; }

    /// <summary>The id of the job that the page is focused on.</summary>
    [SupplyParameterFromQuery(Name = "job")]
    public string? Job { get; set; }

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    [CascadingParameter]
    private HttpContext? Http { get; set; }

    private RunSnapshot? Run => _run.Value;

    private bool IsTree => Tab == "tree";

    private SourceStatus? Status => _sources.Value?.FirstOrDefault(status => status.Source == Source);

    private Stage? Selected => (Stage ?? _job.Value?.StagePath) is { } path
        ? Run?.Stages.FirstOrDefault(stage => stage.Path == path)
        : null;

    /// <inheritdoc />
    protected override async Task WatchAsync()
    {
        await _sources.SetAsync("sources", Hub.SubscribeSources);
        var key = new RunKey(Source, RootId);
        await _run.SetAsync(key, () => Hub.Subscribe(key));
        if (string.IsNullOrEmpty(Job))
            await _job.ClearAsync();
        else
            await _job.SetAsync(key with { RootId = Job }, () => Hub.SubscribeJob(Source, Job));
    }

    /// <inheritdoc />
    protected override void OnUpdated()
    {
        Clock.Follow(Status, _run.Update.Connection);
        if (_run.Update.IsUnknown)
            Http.Answer(StatusCodes.Status404NotFound);

        if (Run is not { } run)
            return;

        // The id is not a root's, or no longer one since the run merged into another: the run's own address, focused on it.
        // Once only: the query of the new address arrives here before its path does.
        var target = run.RootId == RootId ? null : Urls.Run(run.Source, run.RootId, Tab, Stage, Job ?? RootId);
        if (target == _movingTo)
            return;
        _movingTo = target;
        if (target is not null)
            Nav.NavigateTo(target, replace: true);
    }

    private string StageHref(string path) => Urls.Run(Source, Run?.RootId ?? RootId, Tab, path, Job);
}
