using System.Data.Common;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Components.Compare;
using JobLineage.Dashboard.Components.Shared;
using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Pages;

/// <summary>Two runs side by side. With one id in the address, the last good run of its pipeline stands before it.</summary>
public sealed partial class ComparePage
{
    private readonly LiveWatch<RunSnapshot> _before;
    private readonly LiveWatch<RunSnapshot> _after;
    private readonly LiveWatch<RunComparison> _comparison;
    private readonly LiveWatch<IReadOnlyList<SourceStatus>> _sources;

    private (string Source, string Pair) _resolved;
    private (string Before, string After) _ids = ("", "");
    private bool _isUnknown;
    private bool _hasNoGood;
    private string? _error;
    private string? _other;

    /// <summary>Creates the page.</summary>
    public ComparePage()
    {
        _before = Watch<RunSnapshot>();
        _after = Watch<RunSnapshot>();
        _comparison = Watch<RunComparison>();
        _sources = Watch<IReadOnlyList<SourceStatus>>(pauses: false);
    }

    /// <summary>The source's name.</summary>
    [Parameter]
    public string Source { get; set; } = "";

    /// <summary><c>60...61</c>; or one id, to be compared with the last good run.</summary>
    [Parameter]
#pragma warning disable BL0007 // Not an auto property: what a path does not keep as it is stands behind it.
    public string Pair { get => string.IsNullOrEmpty(field) ? QueryPair ?? "" : field; set; } = "";
#pragma warning restore BL0007

    /// <summary>The pair, where it does not fit into a path.</summary>
    [SupplyParameterFromQuery(Name = "pair")]
    public string? QueryPair { get; set; }

    /// <summary>The path of the stage that is pointed at.</summary>
    [SupplyParameterFromQuery(Name = "stage")]
    public string? Stage { get; set; }

    /// <summary><c>changed</c>: stages that are alike are left out of the table.</summary>
    [SupplyParameterFromQuery(Name = "only")]
    public string? Only { get; set; }

    /// <summary>The order of the table: one of <see cref="StageSort"/>.</summary>
    [SupplyParameterFromQuery(Name = "sort")]
    public string? SortName { get; set; }

    [Inject]
    private IRunComparisons Comparisons { get; set; } = null!;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    [CascadingParameter]
    private HttpContext? Http { get; set; }

    private bool IsOnlyChanged => Only == "changed";

    private StageSort SortOf => Enum.TryParse<StageSort>(SortName, ignoreCase: true, out var sort) && Enum.IsDefined(sort) ? sort : default;

    private SourceStatus? Status => _sources.Value?.FirstOrDefault(status => status.Source == Source);

    private (string, string?)[] View => Parts(Stage, IsOnlyChanged, SortOf);

    private string Title => _ids.Before.Length == 0 ? "Compare runs" : $"{_ids.Before} and {_ids.After}, compared";

    private string Missing => (_before.Update.IsUnknown, _after.Update.IsUnknown) switch
    {
        (true, false) => $"The source {Source} has no job {_ids.Before}, or it is older than what is kept.",
        (false, true) => $"The source {Source} has no job {_ids.After}, or it is older than what is kept.",
        _ => $"The source {Source} has no such jobs, or they are older than what is kept.",
    };

    /// <inheritdoc />
    protected override async Task WatchAsync()
    {
        await _sources.SetAsync("sources", Hub.SubscribeSources);
        if (_resolved != (Source, Pair))
            await ResolveAsync();
        if (_ids.Before.Length == 0)
        {
            await _before.ClearAsync();
            await _after.ClearAsync();
            await _comparison.ClearAsync();
            return;
        }

        var (source, before, after) = (Source, _ids.Before, _ids.After);
        await _before.SetAsync((source, before), () => Hub.Subscribe(new(source, before)));
        await _after.SetAsync((source, after), () => Hub.Subscribe(new(source, after)));
        await _comparison.SetAsync((source, before, after), () => Hub.SubscribeView<RunComparison>(
            Subject, "compare", Stamp, token => Comparisons.CompareAsync(source, before, after, token)));
    }

    /// <inheritdoc />
    protected override void OnUpdated()
    {
        Clock.Follow(Status, _comparison.Update.Connection);
        if (_isUnknown || _comparison.Update.IsUnknown)
            Http.Answer(StatusCodes.Status404NotFound);
        if (_ids.Before.Length > 0)
            Hub.SeenAll(Subject, Stamp);
    }

    // One reading serves all who look at the pair, and is due when either run has changed.
    private RunKey Subject => new(Source, _ids.Before + RunPair.Between + _ids.After);

    private object Stamp => (StampOf(_before), StampOf(_after));

    private static object StampOf(LiveWatch<RunSnapshot> run) => run.Value is { } value ? StampOf(value) : 0;

    private async Task ResolveAsync()
    {
        (_resolved, _ids, _isUnknown, _hasNoGood, _error) = ((Source, Pair), ("", ""), false, false, null);
        var readings = RunPair.Readings(Pair);
        try
        {
            if (readings.Count == 1)
                _ids = readings[0];
            else if (readings.Count > 1 && await Comparisons.FindPairAsync(Source, readings, default) is { } pair)
                _ids = pair;
            else if (Pair.Length == 0 || Pair.Contains('\0'))
                _isUnknown = true;
            else if (await Comparisons.FindLastGoodAsync(Source, Pair, default) is { } good)
                Nav.NavigateTo(Urls.Compare(Source, good, Pair), replace: true);
            else
                _hasNoGood = true;
        }
        catch (Exception exception) when (exception is DbException or TimeoutException)
        {
            _resolved = default;
            _error = "The store's database does not answer.";
            Http.Answer(StatusCodes.Status503ServiceUnavailable);
        }
    }

    private void CompareWith()
    {
        if (_other?.Trim() is not { Length: > 0 } other)
            return;
        _other = null;
        Nav.NavigateTo(Urls.Compare(Source, other, _ids.After.Length > 0 ? _ids.After : Pair, View));
    }

    private string StageHref(string path) => Here(path, IsOnlyChanged, SortOf);

    private string Here(string? stage, bool onlyChanged, StageSort sort) =>
        Urls.Compare(Source, _ids.Before, _ids.After, Parts(stage, onlyChanged, sort));

    private static (string, string?)[] Parts(string? stage, bool onlyChanged, StageSort sort) =>
        [("stage", stage), ("only", onlyChanged ? "changed" : null), ("sort", sort == default ? null : sort.ToString().ToLowerInvariant())];
}
