using System.Globalization;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Components.Pipelines;
using JobLineage.Dashboard.Components.Shared;
using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Pages;

/// <summary>The runs of one pipeline over time. The address holds range, order and page.</summary>
public sealed partial class PipelinePage
{
    private readonly LiveWatch<PipelineHistory> _history;
    private readonly LiveWatch<IReadOnlyList<SourceStatus>> _sources;
    private bool _held;
    private bool _waits;
    private PipelineQuery? _shownOf;

    /// <summary>Creates the page.</summary>
    public PipelinePage()
    {
        _history = Watch<PipelineHistory>();
        _sources = Watch<IReadOnlyList<SourceStatus>>(pauses: false);
    }

    /// <summary>The source's name.</summary>
    [Parameter]
    public string Source { get; set; } = "";

    /// <summary>The full name of the root's worker, where it fits into a path; null or empty where it does not, or the root was never seen.</summary>
    [Parameter]
    public string? Worker { get; set; }

    /// <summary>The full name of the root's worker, where it does not fit into a path.</summary>
    [SupplyParameterFromQuery(Name = "worker")]
    public string? OddWorker { get; set; }

    /// <summary>Only runs that started in so many days.</summary>
    [SupplyParameterFromQuery(Name = "days")]
    public string? Days { get; set; }

    /// <summary>The order of the runs.</summary>
    [SupplyParameterFromQuery(Name = "sort")]
    public string? Sort { get; set; }

    /// <summary>Runs behind this place.</summary>
    [SupplyParameterFromQuery(Name = "page")]
    public string? Cursor { get; set; }

    [CascadingParameter]
    private HttpContext? Http { get; set; }

    private PipelineHistory? History { get; set; }

    private SourceStatus? Status => _sources.Value?.FirstOrDefault(status => status.Source == Source);

    // What an address can't mean is left out of it: the view is then the one without it.
    private PipelineAddress Address
    {
        get
        {
            var sort = Enum.TryParse<PipelineSort>(Sort, ignoreCase: true, out var named) && Enum.IsDefined(named) ? named : default;
            return new()
            {
                Source = Source,
                Worker = !string.IsNullOrEmpty(Worker) ? Worker : OddWorker?.Contains('\0') == false ? OddWorker : "",
                Days = int.TryParse(Days, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && PipelineQuery.Ranges.Contains(days) ? days : null,
                Sort = sort,
                Page = PipelineCursor.Parse(Cursor, sort),
            };
        }
    }

    /// <inheritdoc />
    protected override async Task WatchAsync()
    {
        await _sources.SetAsync("sources", Hub.SubscribeSources);
        var query = Address.Query;
        await _history.SetAsync(query, () => Hub.SubscribePipeline(query));
    }

    /// <inheritdoc />
    protected override void OnUpdated()
    {
        Clock.Follow(Status, _history.Update.Connection);
        Take(_history.Value);
        if (_history.Update.IsUnknown)
            Http.Answer(StatusCodes.Status404NotFound);
    }

    // Rows that move under the pointer send the visitor to another run than the one that was aimed at.
    private void Take(PipelineHistory? newest)
    {
        var query = Address.Query;
        _waits = _held && newest is not null && History is { } shown && query == _shownOf
            && !newest.Runs.Select(run => run.Id).SequenceEqual(shown.Runs.Select(run => run.Id));
        if (!_waits)
            (History, _shownOf) = (newest, query);
        // What was pointed at is gone, and nothing tells of a pointer that leaves it: it would be held for ever.
        _held &= History is not null;
    }

    private void Hold(bool held)
    {
        _held = held;
        OnUpdated();
    }

    private string? Current(int? days) => Address.Days == days ? "true" : null;

    private static string Seconds(double seconds) => Format.Span(TimeSpan.FromSeconds(seconds));

    private static string Whole(double count) => Format.Count((long)count);
}
