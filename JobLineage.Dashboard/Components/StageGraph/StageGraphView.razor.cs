using System.Data.Common;
using System.Globalization;
using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>
/// The stages of a run as a picture, which a diagram of Z.Blazor.Diagrams carries. js/graph.js adds zooming, dragging, the map and the keys;
/// of what is rendered here it moves what somebody arranges, ahead of the server, to where the server then puts it.
/// </summary>
public sealed partial class StageGraphView : IDisposable
{
    private readonly GraphSearch _search = new();
    private readonly StageDiagram _diagram = new();
    private GraphLayout _layout = GraphLayout.Of(GraphModel.Create([], []));
    private GraphLayout _drawn = null!;
    private (GraphLayout?, GraphArrangement) _placed;
    private GraphArrangement _arrangement = GraphArrangement.None;
    private GraphFold _fold = null!;
    private Dictionary<string, string> _toggles = [];
    private Dictionary<string, FindingKind> _flags = [];
    private RunSnapshot? _run;
    private string _key = "";
    private string? _address;
    private string? _jump;
    private int _jumps;
    private (RunSnapshot, string?, string?, string) _shown;
    private bool _hasChanged = true;

    private string _asked = "";
    private EdgeFacts? _facts;
    private bool _factsFailed;
    private long _factsVersion;
    private CancellationTokenSource? _asking;

    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public RunSnapshot Run { get; set; } = null!;

    /// <summary>The path of the selected stage.</summary>
    [Parameter]
    public string? Selected { get; set; }

    /// <summary>Where a click on a stage leads.</summary>
    [Parameter, EditorRequired]
    public Func<string, string> Href { get; set; } = null!;

    /// <summary>What is closed, as <see cref="ClosedStages"/> writes it into the address; null while nobody has chosen.</summary>
    [Parameter]
    public string? Closed { get; set; }

    /// <summary>How often the picture as a whole was rendered.</summary>
    internal int Renders { get; private set; }

    private string View => $"{Run.Source}/{Run.RootId}";

    // An arrangement is kept for all runs of a pipeline: their stages have the same paths.
    private string Pipeline => $"{Run.Source}/{Run.Worker}";

    private string Css => _search.IsOn ? "graph is-searched" : "graph";

    private string? OpenAll => _fold.Hidden > 0 ? Address(Run.Stages.Count > ClosedStages.Large ? ClosedStages.None : null) : null;

    private string? CloseAll => Closed != ClosedStages.All && _fold.Stages.Any(node => node.HasChildren && node.Below is null && node.Stage.ParentPath is not null)
        ? Address(ClosedStages.All)
        : null;

    private string ClearHref => Relative(Nav.GetUriWithQueryParameters(new Dictionary<string, object?> { ["stage"] = null, ["job"] = null }));

    private FoldedEdge? AskedEdge => _diagram.EdgeOf(_asked);

    private FoldedLink? AskedLink => _diagram.LinkOf(_asked);

    private string Legend => "further parents"
        + (_fold.LinksLeftOut > 0 ? $", {Format.Count(_fold.Links.Count)} of {Format.Count(_fold.Links.Count + _fold.LinksLeftOut)} lines" : "")
        + (Run.LinksAreCut ? "; there are more than are counted" : "");

    // The line of a search stands instead of it, so that the picture below does not jump.
    private string? Note => _fold.Hidden == 0 || _search.IsOn
        ? null
        : $"{Format.Count(Run.Stages.Count)} stages: {Format.Count(_fold.Stages.Count)} are drawn, "
            + $"{Format.Count(_fold.Hidden)} {(_fold.Hidden == 1 ? "is" : "are")} below closed ones. Open one with its +, or with Space.";

    private string SearchLine
    {
        get
        {
            var hidden = _search.Matches.Count(path => _fold.DrawnBy(path) != path);
            return !_search.IsOn ? ""
                : _search.Matches.Count == 0 ? "No stage of this name"
                : $"{Format.Count(_search.At + 1)} of {Format.Count(_search.Matches.Count)}"
                    + (hidden > 0 ? $", {Format.Count(hidden)} below closed stages: Enter opens them" : "");
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _asking?.Cancel();
        _asking?.Dispose();
    }

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        // The same picture again: somebody else on the page has changed.
        if (_shown == (Run, Selected, Closed, Nav.Uri))
            return;
        _hasChanged = true;
        var hasNewStages = _run is null || !SameStages(_run, Run);
        var key = $"{View}?{Closed}";
        var isOther = key != _key;
        var closed = _run is null ? null : _fold.Closed;
        if (isOther || hasNewStages || (Closed is null && Selected != _shown.Item2))
            Place(key, isOther);
        else
            _fold = GraphFold.Of(Run, _fold.Closed);

        Recent.Remember(key, new(_fold.Closed, _layout));
        _flags = [];
        foreach (var finding in Run.Findings.Where(finding => finding.Kind != FindingKind.Waiting))
        {
            // Worst first: the first one about a stage is the one it is flagged with.
            foreach (var stage in finding.AllStages)
                _flags.TryAdd(stage, finding.Kind);
        }

        if (hasNewStages || _address != Nav.Uri || closed != _fold.Closed)
            _toggles = _fold.Stages.Where(node => node.HasChildren).ToDictionary(node => node.Stage.Path, node => Address(_fold.Closed.Toggled(Run, node.Stage.Path)));
        _address = Nav.Uri;
        if (hasNewStages)
            _search.Look(Run);
        (_run, _key, _shown) = (Run, key, (Run, Selected, Closed, Nav.Uri));
    }

    /// <inheritdoc />
    protected override bool ShouldRender() => _hasChanged;

    /// <inheritdoc />
    protected override void OnAfterRender(bool firstRender)
    {
        Renders++;
        _hasChanged = false;
    }

    // What is closed, and where everything stands. Counts never come here: they move nothing.
    private void Place(string key, bool isOther)
    {
        var recent = isOther ? Recent.Recall(key) : null;
        var closed = ClosedStages.Parse(Closed, Run)
            ?? (isOther ? recent?.Closed : _fold.Closed)
            ?? ClosedStages.AtFirst(Run, Selected);
        var wasHidden = false;
        if (Closed is null && Selected is { } selected && GraphFold.Of(Run, closed).DrawnBy(selected) is { } drawn && drawn != selected)
        {
            wasHidden = true;
            closed = closed.With(Run, selected);
        }

        _fold = GraphFold.Of(Run, closed);
        var model = GraphModel.Of(_fold);
        // A choice of the viewer draws a new picture; what happens by itself moves nothing in the one that is looked at.
        var before = isOther ? recent?.Layout : wasHidden ? null : _layout;
        _layout = before is null ? Layouts.Get(model) : Layouts.Grow(before, model);
    }

    // Called from the markup: see StageDiagram.Draw.
    private void Draw()
    {
        if (_placed != (_layout, _arrangement))
        {
            _placed = (_layout, _arrangement);
            _drawn = GraphArranging.Apply(_layout, _arrangement);
        }

        _diagram.Draw(_drawn, new(_fold, Selected, _flags, _toggles, _search, _asked, Href));
    }

    // The browser has drawn it: nothing is rendered.
    private void See(ChangeEventArgs change)
    {
        var numbers = (change.Value?.ToString() ?? "").Split(' ');
        if (numbers is [var left, var top, var zoom])
            _diagram.See(Number(left), Number(top), Number(zoom));
    }

    private void Arrange(ChangeEventArgs change)
    {
        _arrangement = GraphArrangement.Parse(change.Value?.ToString());
        _hasChanged = true;
    }

    private void Tidy()
    {
        _layout = Layouts.Get(GraphModel.Of(_fold));
        Recent.Remember(_key, new(_fold.Closed, _layout));
        _hasChanged = true;
    }

    private void Search(ChangeEventArgs change)
    {
        _search.For(change.Value?.ToString() ?? "", Run);
        if (_search.Current is { } found && _fold.DrawnBy(found) is { } drawn)
            JumpTo(drawn);
        _hasChanged = true;
    }

    private void Step(int by)
    {
        _hasChanged = true;
        _search.Step(by);
        if (_search.Current is not { } found)
            return;
        if (_fold.DrawnBy(found) != found)
            Nav.NavigateTo(Address(_fold.Closed.With(Run, found).Value(Run)), replace: true);
        JumpTo(found);
    }

    // The script brings it into sight; the number tells two jumps to one stage apart.
    private void JumpTo(string path) => _jump = $"{++_jumps} {path}";

    private async Task AskAsync(ChangeEventArgs change)
    {
        var asked = change.Value?.ToString() ?? "";
        if (asked == _asked && (asked.Length == 0 || (!_factsFailed && _factsVersion == Run.Version)))
            return;

        _hasChanged = true;
        if (asked != _asked)
            _facts = null;
        (_asked, _factsFailed) = (asked, false);
        if (_asking is { } earlier)
            await earlier.CancelAsync();
        // Only what is drawn can be asked about.
        if (AskedEdge is not { IsReal: true } edge)
            return;

        using var asking = new CancellationTokenSource();
        _asking = asking;
        StateHasChanged();
        try
        {
            var version = Run.Version;
            var facts = await Views.FindEdgeAsync(Run.Source, Run.RootId, edge.From, edge.To, asking.Token);
            if (asking.IsCancellationRequested)
                return;
            (_facts, _factsFailed, _factsVersion) = (facts, facts is null, version);
        }
        catch (OperationCanceledException) when (asking.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception) when (exception is DbException or TimeoutException)
        {
            // The hub says on the page that the store does not answer; here it is said where it was asked.
            _factsFailed = true;
        }
        finally
        {
            if (_asking == asking)
                _asking = null;
        }

        _hasChanged = true;
    }

    private static double Number(string text) => double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;

    private string Address(string? closed) => Relative(Nav.GetUriWithQueryParameter("closed", closed));

    private string Relative(string uri) => Nav.ToBaseRelativePath(uri);

    private static bool SameStages(RunSnapshot one, RunSnapshot other) => (ReferenceEquals(one.Stages, other.Stages)
        || (one.Stages.Count == other.Stages.Count && one.Edges.Count == other.Edges.Count
            && one.Stages.Zip(other.Stages).All(pair => pair.First.Path == pair.Second.Path)
            && one.Edges.Zip(other.Edges).All(pair => pair.First.From == pair.Second.From && pair.First.To == pair.Second.To)))
        && SameLinks(one, other);

    private static bool SameLinks(RunSnapshot one, RunSnapshot other) => ReferenceEquals(one.Links, other.Links)
        || (one.Links.Count == other.Links.Count && one.Links.Zip(other.Links).All(pair => pair.First.From == pair.Second.From && pair.First.To == pair.Second.To));
}
