using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Runs;
using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Pages;

/// <summary>The runs: filtered, in an order, page by page. The address holds all of it.</summary>
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
        var attention = new RunsQuery { Source = query.Source, Worker = query.Worker, PageSize = AttentionLines };
        await WatchAttentionAsync(_stuck, attention with { State = RunState.Stuck });
        await WatchAttentionAsync(_failing, attention with { State = RunState.Failing });
    }

    /// <inheritdoc />
    protected override void OnUpdated()
    {
        Clock.Follow(Slowest, _list.Update.Connection);
        var query = Address.Query;
        _runs.Take(query, _list.Value, _held);
        _stuckRuns.Take(query, _stuck.Value, _held);
        _failingRuns.Take(query, _failing.Value, _held);
        // What was pointed at is gone, and nothing tells of a pointer that leaves it: it would be held for ever.
        _held &= HasRows;
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
        if (Address is { State: null, Page: null, Text: null, Last: null, From: null, To: null })
            await watch.SetAsync(query, () => Hub.SubscribeList(query));
        else
            await watch.ClearAsync();
    }

    private static string? Current(bool current) => current ? "true" : null;
}
