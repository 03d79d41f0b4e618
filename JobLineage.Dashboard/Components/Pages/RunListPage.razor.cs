using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Runs;
using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Pages;

/// <summary>The runs: filtered, in an order, page by page. The address holds all of it.</summary>
public sealed partial class RunListPage
{
    private readonly LiveWatch<RunsPage> _list;
    private readonly LiveWatch<IncidentsView> _incidents;
    private readonly LiveWatch<IReadOnlyList<SourceStatus>> _sources;

    private readonly SteadyRuns _runs = new();
    private IncidentsView? _shownIncidents;
    private IncidentsQuery? _shownOf;
    private bool _incidentsAreLate;
    private bool _held;

    /// <summary>Creates the page.</summary>
    public RunListPage()
    {
        _list = Watch<RunsPage>();
        _incidents = Watch<IncidentsView>();
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

    /// <summary>Only runs that hold this text, or that have a job which it finds as a filter.</summary>
    [SupplyParameterFromQuery(Name = "q")]
    public string? Text { get; set; }

    /// <summary>Only runs that were active at this time or later: ISO 8601, or so long ago as in <c>-24h</c>.</summary>
    [SupplyParameterFromQuery(Name = "from")]
    public string? From { get; set; }

    /// <summary>Only runs that were last active before this time.</summary>
    [SupplyParameterFromQuery(Name = "to")]
    public string? To { get; set; }

    /// <summary>The order.</summary>
    [SupplyParameterFromQuery(Name = "sort")]
    public string? Sort { get; set; }

    /// <summary><c>asc</c>: the least first.</summary>
    [SupplyParameterFromQuery(Name = "order")]
    public string? Order { get; set; }

    /// <summary>Behind this place.</summary>
    [SupplyParameterFromQuery(Name = "page")]
    public string? PageAfter { get; set; }

    private RunsPage? Page => _runs.Shown;

    private bool HasRows => Page is { Runs.Count: > 0 } or { Singles.Count: > 0 };

    private RunsAddress Address { get; set; } = new();

    // The page is as fresh as the source that lags most.
    private SourceStatus? Slowest => _sources.Value?
        .Where(status => Address.Source is null || status.Source == Address.Source)
        .OrderBy(status => status.State is FeedState.Live or FeedState.Polling)
        .ThenBy(status => status.AsOf)
        .FirstOrDefault();

    /// <inheritdoc />
    protected override async Task WatchAsync()
    {
        await _sources.SetAsync("sources", Hub.SubscribeSources);
        Address = RunsAddress.Of(Source, Worker, StateName, Text, From, To, Sort, Order, PageAfter);
        var query = Address.Query;
        // A filter that can't be read lists nothing: all runs would look like its answer.
        if (Address.Reading.Problem is null)
            await _list.SetAsync(query, () => Hub.SubscribeList(query));
        else
            await _list.ClearAsync();
        // They are of sources and pipelines: what else is asked for narrows the list alone.
        var incidents = IncidentsOf(query);
        if (incidents is not null)
            await _incidents.SetAsync(incidents, () => Hub.SubscribeIncidents(incidents));
        else
            await _incidents.ClearAsync();
    }

    /// <inheritdoc />
    protected override void OnUpdated()
    {
        Clock.Follow(Slowest, _list.Update.Connection);
        var query = Address.Query;
        _runs.Take(query, _list.Value, _held);
        TakeIncidents(IncidentsOf(query));
        // What was pointed at is gone, and nothing tells of a pointer that leaves it: it would be held for ever.
        _held &= HasRows;
    }

    // Rows that move under the pointer send the visitor to another run than the one that was aimed at.
    private void Hold(bool held)
    {
        _held = held;
        OnUpdated();
    }

    // Cards that move under the pointer send the visitor elsewhere, as rows do.
    private void TakeIncidents(IncidentsQuery? query)
    {
        var newest = query is null ? null : _incidents.Value;
        _incidentsAreLate = _held && newest is not null && _shownIncidents is { } shown && query == _shownOf
            && !newest.Items.Select(item => item.Key).SequenceEqual(shown.Items.Select(item => item.Key));
        if (!_incidentsAreLate)
            (_shownIncidents, _shownOf) = (newest, query);
    }

    private IncidentsQuery? IncidentsOf(RunsQuery query) =>
        Address is { Text: null, Last: null, From: null, To: null } ? new(query.Source, query.Worker) : null;

    // A run that goes on can be stuck and failing: each number counts one condition. Those that have come to rest are not counted for this.
    private string? NumberOf(RunState state) => _shownIncidents is not { } view ? null : state switch
    {
        RunState.Running => Number(view.Running),
        RunState.Stuck => Number(view.Stuck),
        RunState.Failing => Number(view.Failing),
        _ => null,
    };

    private string Number(int count) => Format.Count(count) + (_shownIncidents!.IsAtLeast ? "+" : "");

    private static string? Current(bool current) => current ? "true" : null;
}
