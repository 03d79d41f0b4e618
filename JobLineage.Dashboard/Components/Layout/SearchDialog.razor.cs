using System.Data.Common;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Components.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace JobLineage.Dashboard.Components.Layout;

/// <summary>
/// One box for all that can be gone to: a job by its id, runs and workers by their names, errors by their words, pages. js/search.js has its keys.
/// </summary>
public sealed partial class SearchDialog : IDisposable
{
    private const int MostOfAKind = 6;

    // Letters come faster than a store answers.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(180);

    private static readonly DialogOptions Options = new() { CloseOnEscapeKey = true, CloseOnNavigation = true, NoHeader = true, MaxWidth = MaxWidth.Small, FullWidth = true, Position = DialogPosition.TopCenter, DefaultFocus = DefaultFocus.None };

    private IReadOnlyList<Found> _found = [];
    private IReadOnlyList<PipelineRuns>? _pipelines;
    private CancellationTokenSource? _looking;
    private string _typed = "";
    private bool _isLooking;
    private string? _error;
    private bool _wasOpen;

    /// <summary>Whether it is shown.</summary>
    [Parameter]
    public bool IsOpen { get; set; }

    /// <summary>Told when it is closed.</summary>
    [Parameter]
    public EventCallback<bool> IsOpenChanged { get; set; }

    [Inject]
    private IRunReader Reader { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private string? Said => _error ?? (_typed.Length == 0 ? "↑ and ↓ choose, Enter opens." : _isLooking ? "Looking…" : _found.Count == 0 ? "Nothing found." : null);

    /// <inheritdoc />
    public void Dispose()
    {
        _looking?.Cancel();
        _looking?.Dispose();
    }

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        if (IsOpen == _wasOpen)
            return;
        _wasOpen = IsOpen;
        (_typed, _error, _isLooking) = ("", null, false);
        _found = IsOpen ? [.. Pages("")] : [];
        _looking?.Cancel();
    }

    private async Task TypedAsync(ChangeEventArgs change)
    {
        _typed = (change.Value as string ?? "").Trim();
        if (_looking is not null)
            await _looking.CancelAsync();
        using var looking = new CancellationTokenSource();
        _looking = looking;
        _error = null;
        if (_typed.Length == 0)
        {
            (_found, _isLooking, _looking) = ([.. Pages("")], false, null);
            return;
        }

        _isLooking = true;
        try
        {
            await Task.Delay(Rest, Time, looking.Token);
            var found = await LookAsync(_typed, looking.Token);
            looking.Token.ThrowIfCancellationRequested();
            (_found, _isLooking) = (found, false);
        }
        catch (OperationCanceledException) when (looking.IsCancellationRequested)
        {
            // Something else is looked for by now.
        }
        catch (Exception exception) when (exception is DbException or TimeoutException)
        {
            (_found, _isLooking, _error) = ([.. Pages(_typed)], false, "The store does not answer; only pages are found.");
        }
        finally
        {
            if (_looking == looking)
                _looking = null;
        }
    }

    private async Task<IReadOnlyList<Found>> LookAsync(string text, CancellationToken cancellation)
    {
        var found = new List<Found>();
        foreach (var candidate in PastedId.Candidates(text))
        {
            var sources = await Reader.FindSourcesOfAsync(candidate, cancellation);
            found.AddRange(sources.Select(source => new Found("job", Urls.Run(source, candidate, job: candidate), Format.Short(candidate, 60), $"in {source}, in its run")));
            if (sources.Count > 0)
                break;
        }

        found.AddRange(Pages(text));
        if (text.Contains('\0'))
            return found;
        // Runs that hold the text, as the list of runs finds them: the list's own page has the rest.
        var runs = await Reader.ListRunsAsync(new() { Text = text, PageSize = MostOfAKind }, cancellation);
        _pipelines = runs.Pipelines.Count > 0 ? runs.Pipelines : _pipelines;
        var names = Workers.ShortNames(runs.Runs.Select(run => run.Worker));
        found.AddRange(runs.Runs.Select(run => new Found(
            "run", Urls.Run(run.Source, run.RootId), $"{names[run.Worker]} {Format.Short(run.RunKey ?? run.RootId, 40)}", $"{StateLook.Of(run.State).Label}, {Format.Jobs(run.Counts.Total)}")));
        if (runs.Next is not null)
            found.Add(new("runs", Urls.Runs(text: text), "All runs that hold this text", ""));
        found.AddRange((_pipelines ?? [])
            .Where(pipeline => pipeline.Worker.Contains(text, StringComparison.OrdinalIgnoreCase))
            .Take(MostOfAKind)
            .Select(pipeline => new Found("worker", Urls.Pipeline(pipeline.Source, pipeline.Worker), Workers.ShortName(pipeline.Worker), $"{Format.Count(pipeline.Runs, "run")} in {pipeline.Source}")));
        // A filter is typed as such; a text may also be that of an error.
        var reading = JobFilter.ParseOverRuns(text, isBounded: true);
        if (reading.Problem is null && reading.Filter.Texts is [var words] && words.Length >= 3)
            found.Add(new("error", Urls.Runs(text: new JobFilter { ErrorTexts = [words], From = TimeSpan.FromHours(24) }.ToString()), $"“{Format.Short(words, 60)}” in an error", "runs of the last 24 hours"));
        return found;
    }

    private static IEnumerable<Found> Pages(string text) => Navigation.Pages
        .Where(page => text.Length == 0 || page.Name.Contains(text, StringComparison.OrdinalIgnoreCase))
        .Select(page => new Found("page", page.Href, page.Name, page.Says));

    /// <summary>Something that can be gone to.</summary>
    /// <param name="Kind">What it is, in a word.</param>
    /// <param name="Href">Where it is.</param>
    /// <param name="Name">What it is called.</param>
    /// <param name="Says">What else is known of it.</param>
    private sealed record Found(string Kind, string Href, string Name, string Says);
}
