using JobLineage.Core.Alerts;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Digests;
using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Pages;

/// <summary>What was told of failures, what waits to be told, and what is muted. The address holds the filter and the page.</summary>
public sealed partial class DigestListPage
{
    private const int MutesShown = 50;

    private readonly LiveWatch<DigestOverview> _overview;
    private readonly LiveWatch<ListedDigests> _list;
    private readonly LiveWatch<IReadOnlyList<Mute>> _mutes;
    private readonly LiveWatch<Mute> _mute;
    private readonly LiveWatch<FailurePage> _failures;

    /// <summary>Creates the page.</summary>
    public DigestListPage()
    {
        _overview = Watch<DigestOverview>();
        _list = Watch<ListedDigests>();
        _mutes = Watch<IReadOnlyList<Mute>>();
        _mute = Watch<Mute>();
        _failures = Watch<FailurePage>();
    }

    /// <summary>Only digests in this state.</summary>
    [SupplyParameterFromQuery(Name = "state")]
    public string? StateName { get; set; }

    /// <summary>Only what came before this digest, or this failure.</summary>
    [SupplyParameterFromQuery(Name = "before")]
    public long? Before { get; set; }

    /// <summary>The mute of which the failures are shown.</summary>
    [SupplyParameterFromQuery(Name = "muted")]
    public long? Muted { get; set; }

    /// <summary>The source of a pipeline that is to be muted.</summary>
    [SupplyParameterFromQuery(Name = "source")]
    public string? Source { get; set; }

    /// <summary>The worker of a pipeline that is to be muted.</summary>
    [SupplyParameterFromQuery(Name = "pipeline")]
    public string? Pipeline { get; set; }

    private DeliveryState? State => DigestWords.State(StateName);

    /// <summary>Digests come from the store, whatever the sources do.</summary>
    private SourceStatus? Status => _overview.Value is { } overview ? new("", FeedState.Polling, overview.AsOf, null, 0, 0) : null;

    /// <inheritdoc />
    protected override async Task WatchAsync()
    {
        await SetAsync(_overview, "overview", async token => await Digests.OverviewAsync(token));
        if (Muted is { } mute)
        {
            await _list.ClearAsync();
            await _mutes.ClearAsync();
            await SetAsync(_mute, ("mute", mute), token => Mutes.FindAsync(mute, token));
            var query = new FailureQuery(null, mute, Before);
            await SetAsync(_failures, query, async token => await Failures.ListAsync(query, token));
        }
        else
        {
            await _mute.ClearAsync();
            await _failures.ClearAsync();
            var query = new DigestQuery(State, Before);
            await SetAsync(_list, query, async token => await Digests.ListAsync(query, token));
            await SetAsync<IReadOnlyList<Mute>>(_mutes, "mutes", async token => await Mutes.ListAsync(MutesShown, token));
        }
    }

    /// <inheritdoc />
    protected override void OnUpdated() => Clock.Follow(Status, _overview.Update.Connection);

    private static string? Current(bool current) => current ? "true" : null;
}
