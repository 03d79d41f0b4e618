using System.Globalization;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Components.Runs;
using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Pages;

/// <summary>A run: what it is doing, what is wrong with it, and its stages, its jobs and its errors in several views.</summary>
public sealed partial class RunPage
{
    private readonly LiveWatch<RunSnapshot> _run;
    private readonly LiveWatch<IReadOnlyList<SourceStatus>> _sources;
    private readonly LiveWatch<JobView> _job;
    private readonly LiveWatch<PipelineUsual> _usual;
    private RunAddress _asked = new() { Source = "", RootId = "" };
    private string? _movingTo;
    private RunKey? _usualOf;

    /// <summary>Creates the page.</summary>
    public RunPage()
    {
        _run = Watch<RunSnapshot>();
        _sources = Watch<IReadOnlyList<SourceStatus>>(pauses: false);
        _job = Watch<JobView>();
        _usual = Watch<PipelineUsual>();
    }

    /// <summary>The source's name.</summary>
    [Parameter]
    public string Source { get; set; } = "";

    /// <summary>The id of the root, or of any job of the run.</summary>
    [Parameter]
#pragma warning disable BL0007 // Not an auto property: what a path does not keep as it is stands behind it.
    public string RootId { get => string.IsNullOrEmpty(field) ? QueryId ?? "" : field; set; } = "";
#pragma warning restore BL0007

    /// <summary>The id, where it does not fit into a path.</summary>
    [SupplyParameterFromQuery(Name = "id")]
    public string? QueryId { get; set; }

    /// <summary><c>tree</c>, <c>timeline</c>, <c>jobs</c>, <c>errors</c>, or the graph.</summary>
    [SupplyParameterFromQuery(Name = "tab")]
    public string? Tab { get; set; }

    /// <summary>The path of the selected stage.</summary>
    [SupplyParameterFromQuery(Name = "stage")]
    public string? Stage { get; set; }

    /// <summary>The id of the job that the page is focused on.</summary>
    [SupplyParameterFromQuery(Name = "job")]
    public string? Job { get; set; }

    /// <summary>The stages that are closed in the graph.</summary>
    [SupplyParameterFromQuery(Name = "closed")]
    public string? Closed { get; set; }

    /// <summary>Which part of the chosen stage is shown.</summary>
    [SupplyParameterFromQuery(Name = "part")]
    public string? Part { get; set; }

    /// <summary>The beginning of the span of time that is looked at.</summary>
    [SupplyParameterFromQuery(Name = "from")]
    public string? From { get; set; }

    /// <summary>Its end.</summary>
    [SupplyParameterFromQuery(Name = "to")]
    public string? To { get; set; }

    /// <summary>Only jobs in this state.</summary>
    [SupplyParameterFromQuery(Name = "state")]
    public string? StateName { get; set; }

    /// <summary>Only jobs of this queue.</summary>
    [SupplyParameterFromQuery(Name = "queue")]
    public string? Queue { get; set; }

    /// <summary>Only jobs with the error of this number.</summary>
    [SupplyParameterFromQuery(Name = "error")]
    public string? Error { get; set; }

    /// <summary>A filter as it is typed; a bare text is looked for in the arguments.</summary>
    [SupplyParameterFromQuery(Name = "q")]
    public string? Text { get; set; }

    /// <summary>Only jobs below this one.</summary>
    [SupplyParameterFromQuery(Name = "below")]
    public string? Below { get; set; }

    /// <summary>The order of the jobs.</summary>
    [SupplyParameterFromQuery(Name = "sort")]
    public string? Sort { get; set; }

    /// <summary>Jobs behind this place.</summary>
    [SupplyParameterFromQuery(Name = "page")]
    public string? Cursor { get; set; }

    /// <summary>The ids of the selected jobs.</summary>
    [SupplyParameterFromQuery(Name = "sel")]
    public string[]? SelectedIds { get; set; }

    /// <summary>The stage by whose jobs failures are grouped.</summary>
    [SupplyParameterFromQuery(Name = "under")]
    public string? Under { get; set; }

    /// <summary>The stages of the tree that are folded.</summary>
    [SupplyParameterFromQuery(Name = "fold")]
    public string[]? Folded { get; set; }

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    [Inject]
    private IRunReader Reader { get; set; } = null!;

    private RunSnapshot? Run => _run.Value;

    private RunAddress Address => _asked with { RootId = Run?.RootId ?? RootId };

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        // What an address can't mean is left out of it: the view is then the one without it. A filter that was typed is not: it says what is wrong.
        var (filter, refused) = Filtered();
        _asked = new()
        {
            Source = Source,
            RootId = RootId,
            Tab = Array.Find(RunTabs.All, view => view.Tab == Tab).Tab,
            Filter = filter,
            Refused = refused,
            Job = Filled(Job),
            Part = StageParts.Named(Part),
            Within = JobsWindow.Parse(From, To),
            Sort = Enum.TryParse<JobSort>(Sort, ignoreCase: true, out var sort) && Enum.IsDefined(sort) ? sort : default,
            Page = JobsCursor.Parse(Cursor),
            Selected = [.. (SelectedIds ?? []).Take(RunAddress.MostSelected)],
            Under = Filled(Under),
            Folded = Folded ?? [],
            Closed = Filled(Closed),
        };
    }

    /// <summary>The filter that the parameters and the text make together.</summary>
    private (JobFilter Filter, RefusedFilter? Refused) Filtered()
    {
        var filter = new JobFilter
        {
            Stage = Filled(Stage),
            States = JobStates.TryParse(StateName, out var state) ? [state] : [],
            Queue = Filled(Queue),
            Error = int.TryParse(Error, NumberStyles.None, CultureInfo.InvariantCulture, out var error) && error > 0 ? error : null,
            Below = Filled(Below),
        };
        if (Text is not { Length: > 0 } text)
            return (filter, null);
        var typed = JobFilter.Parse(text);
        if (typed.Problem is null)
            typed = filter.And(typed.Filter);
        return typed.Problem is { } problem ? (filter, new(text, problem)) : (typed.Filter, null);
    }

    // Of these views all is seen in one window; the others go on below it.
    private bool IsPicture => Address.Tab is null or "tree";

    private string Css => Address.Tab switch
    {
        null => "page run run-window run-graph",
        "tree" => "page run run-window",
        _ => "page run run-long",
    };

    // Tables need the width.
    private bool HasPanel => Address.Tab is not ("jobs" or "errors") && (Selected is not null || Job is not null);

    private SourceStatus? Status => _sources.Value?.FirstOrDefault(status => status.Source == Source);

    private Stage? Selected => (Address.Stage ?? _job.Value?.StagePath) is { } path
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

    // What is usual changes from run to run, and not while one goes on: it is read once for all who look. The first HTML does not wait for it.
    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (Run is not { Worker.Length: > 0 } run || new RunKey(run.Source, run.Worker) is var pipeline && pipeline == _usualOf)
            return;
        _usualOf = pipeline;
        await _usual.SetAsync(pipeline, () => Hub.SubscribeView(pipeline, "usual", (run.RootId, run.FinishedAt is null), async token =>
            (await Reader.FindPipelineAsync(new() { Source = run.Source, Worker = run.Worker }, token))?.Usual));
    }

    /// <inheritdoc />
    protected override void OnUpdated()
    {
        Clock.Follow(Status, _run.Update.Connection);
        if (Run is not { } run)
            return;

        // The id is not a root's, or no longer one since the run merged into another: the run's own address, focused on it.
        // Once only: the query of the new address arrives here before its path does.
        var target = run.RootId == RootId ? null : (Address with { Job = Job ?? RootId }).ToString();
        if (target == _movingTo)
            return;
        _movingTo = target;
        if (target is not null)
            Nav.NavigateTo(target, replace: true);
    }

    private string StageHref(string path) => (Address with { Stage = path }).ToString();

    // A NUL is text to us and to no database.
    private static string? Filled(string? text) => string.IsNullOrEmpty(text) || text.Contains('\0') ? null : text;
}
