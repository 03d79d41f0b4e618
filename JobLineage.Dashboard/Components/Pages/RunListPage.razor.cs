using JobLineage.Core.Model;
using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Pages;

/// <summary>The runs, last activity first. The address holds the filter and the page.</summary>
public sealed partial class RunListPage
{
    private const int AttentionLines = 5;

    private readonly LiveWatch<RunsPage> _list;
    private readonly LiveWatch<RunsPage> _stuck;
    private readonly LiveWatch<RunsPage> _failing;
    private readonly LiveWatch<IReadOnlyList<SourceStatus>> _sources;

    private readonly SteadyRuns _runs = new();
    private readonly SteadyRuns _stuckRuns = new();
    private readonly SteadyRuns _failingRuns = new();
    private bool _held;

    /// <summary>Creates the page.</summary>
    public RunListPage()
    {
        _list = Watch<RunsPage>();
        _stuck = Watch<RunsPage>();
        _failing = Watch<RunsPage>();
        _sources = Watch<IReadOnlyList<SourceStatus>>(pauses: false);
    }

    /// <summary>Only runs of this source.</summary>
    [SupplyParameterFromQuery(Name = "source")]
    public string? Source { get; set; }

    /// <summary>Only runs in this state.</summary>
    [SupplyParameterFromQuery(Name = "state")]
    public string? StateName { get; set; }

    /// <summary>Only runs of this pipeline.</summary>
    [SupplyParameterFromQuery(Name = "worker")]
    public string? Worker { get; set; }

    /// <summary>From 1.</summary>
    [SupplyParameterFromQuery(Name = "page")]
    public int? PageNumber { get; set; }

    private RunsPage? Page => _runs.Shown;

    private RunState? State =>
        Enum.TryParse<RunState>(StateName, ignoreCase: true, out var state) && Enum.IsDefined(state) ? state : null;

    private bool IsFiltered => Source is not null || State is not null || Worker is not null || PageNumber > 1;

    private RunsQuery Query => new()
    {
        Source = string.IsNullOrEmpty(Source) ? null : Source,
        State = State,
        Worker = string.IsNullOrEmpty(Worker) ? null : Worker,
        Page = Math.Max(1, PageNumber ?? 1),
    };

    // The page is as fresh as the source that lags most.
    private SourceStatus? Slowest => _sources.Value?
        .Where(status => string.IsNullOrEmpty(Source) || status.Source == Source)
        .OrderBy(status => status.State is FeedState.Live or FeedState.Polling)
        .ThenBy(status => status.AsOf)
        .FirstOrDefault();

    /// <inheritdoc />
    protected override async Task WatchAsync()
    {
        await _sources.SetAsync("sources", Hub.SubscribeSources);
        var query = Query;
        await _list.SetAsync(query, () => Hub.SubscribeList(query));
        await WatchAttentionAsync(_stuck, query with { State = RunState.Stuck, PageSize = AttentionLines });
        await WatchAttentionAsync(_failing, query with { State = RunState.Failing, PageSize = AttentionLines });
    }

    /// <inheritdoc />
    protected override void OnUpdated()
    {
        Clock.Follow(Slowest, _list.Update.Connection);
        var query = Query;
        _runs.Take(query, _list.Value, _held);
        _stuckRuns.Take(query, _stuck.Value, _held);
        _failingRuns.Take(query, _failing.Value, _held);
    }

    // Rows that move under the pointer send the visitor to another run than the one that was aimed at.
    private void Hold(bool held)
    {
        _held = held;
        OnUpdated();
    }

    // What is stuck has no activity, so by time alone it would sink below all that is well.
    private async Task WatchAttentionAsync(LiveWatch<RunsPage> watch, RunsQuery query)
    {
        if (State is null && query.Page == 1)
            await watch.SetAsync(query, () => Hub.SubscribeList(query));
        else
            await watch.ClearAsync();
    }

    private static string? Pressed(bool pressed) => pressed ? "pressed" : null;

    private static string? Current(bool current) => current ? "true" : null;
}
