using JobLineage.Core.Alerts;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Pages;

/// <summary>A digest: the message as it was frozen, what became of it, and which failures it told of.</summary>
public sealed partial class DigestPage
{
    private readonly LiveWatch<DigestView> _digest;
    private readonly LiveWatch<FailurePage> _failures;

    /// <summary>Creates the page.</summary>
    public DigestPage()
    {
        _digest = Watch<DigestView>();
        _failures = Watch<FailurePage>();
    }

    /// <summary>The digest's number.</summary>
    [Parameter]
    public long Id { get; set; }

    /// <summary>The view: the message, its text, or the failures.</summary>
    [SupplyParameterFromQuery(Name = "tab")]
    public string? Tab { get; set; }

    /// <summary>Only failures that were entered before this one.</summary>
    [SupplyParameterFromQuery(Name = "before")]
    public long? Before { get; set; }

    [CascadingParameter]
    private HttpContext? Http { get; set; }

    private SourceStatus? Status => _digest.Value is { } digest ? new("", FeedState.Polling, digest.AsOf, null, 0, 0) : null;

    /// <inheritdoc />
    protected override async Task WatchAsync()
    {
        var id = Id;
        await SetAsync(_digest, ("digest", id), token => Digests.FindAsync(id, token));
        if (Tab == "failures")
        {
            var query = new FailureQuery(id, null, Before);
            await SetAsync(_failures, query, async token => await Failures.ListAsync(query, token));
        }
        else
        {
            await _failures.ClearAsync();
        }
    }

    /// <inheritdoc />
    protected override void OnUpdated()
    {
        Clock.Follow(Status, _digest.Update.Connection);
        if (_digest.Update.IsUnknown)
            Http.Answer(StatusCodes.Status404NotFound);
    }

    private static string NoFailures(DigestSummary digest) => digest switch
    {
        { Failures: 0 } => "It tells of no failure, but of what stands in its text.",
        { State: DeliveryState.Failed or DeliveryState.GivenUp } => "Its failures were given back: a later digest tells of them.",
        _ => "Its failures are no longer kept.",
    };

    private static string? Current(bool current) => current ? "page" : null;
}
