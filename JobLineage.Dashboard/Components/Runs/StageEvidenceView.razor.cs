using System.Data.Common;
using System.Globalization;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Components.Jobs;
using JobLineage.Dashboard.Components.Shared;
using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Runs;

/// <summary>What the jobs of a stage tell: how long they take, at what pace, what sets the failed apart, and some of them.</summary>
public sealed partial class StageEvidenceView
{
    private const int More = 50;

    private readonly LiveWatch<StageEvidence> _evidence;
    private readonly ShownJobs _shown = new();
    private string? _shownFor;
    private StageEvidence? _merged;
    private bool _isReading;

    /// <summary>Creates the view.</summary>
    public StageEvidenceView() => _evidence = Watch<StageEvidence>();

    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public RunSnapshot Run { get; set; } = null!;

    /// <summary>The stage.</summary>
    [Parameter, EditorRequired]
    public Stage Stage { get; set; } = null!;

    /// <summary>The address of the view.</summary>
    [Parameter, EditorRequired]
    public RunAddress Address { get; set; } = null!;

    [Inject]
    private IRunViews Reader { get; set; } = null!;

    /// <inheritdoc />
    protected override Task WatchAsync()
    {
        var (source, root, path) = (Run.Source, Run.RootId, Stage.Path);
        return SetAsync(_evidence, Run, ("stage", path), (views, token) => views.FindStageAsync(source, root, path, token));
    }

    /// <inheritdoc />
    protected override void OnUpdated()
    {
        if (_evidence.Value is not { } seen || ReferenceEquals(seen, _merged))
            return;
        _merged = seen;
        if (_shownFor != seen.Stage)
        {
            _shownFor = seen.Stage;
            _shown.Show(seen.Jobs);
            return;
        }

        _shown.Merge(seen.Jobs);
        if (IsInteractive)
            _ = RereadAsync([.. _shown.Jobs.Select(job => job.Id).Except(seen.Jobs.Jobs.Select(job => job.Id)).Take(400)]);
    }

    private void Renew()
    {
        if (_evidence.Value is { } seen)
            _shown.Show(seen.Jobs);
    }

    private async Task MoreAsync()
    {
        if (_isReading || _shown.Next is not { } next)
            return;
        _isReading = true;
        try
        {
            var query = new JobsQuery { Source = Run.Source, RootId = Run.RootId, Stage = Stage.Path, After = next, Size = More };
            if (await Reader.ListJobsAsync(query, CancellationToken.None) is { } page && ReferenceEquals(next, _shown.Next))
                _shown.Append(page);
        }
        catch (Exception exception) when (exception is DbException or TimeoutException)
        {
            // The button stays, and the watch says that the store does not answer.
        }
        finally
        {
            _isReading = false;
        }
    }

    /// <summary>Jobs that are shown, and no longer among the first, are read by themselves.</summary>
    private async Task RereadAsync(IReadOnlyList<string> ids)
    {
        if (ids.Count == 0)
            return;
        try
        {
            var lines = await Reader.JobsOfIdsAsync(Run.Source, Run.RootId, ids, CancellationToken.None);
            await InvokeAsync(() =>
            {
                _shown.Update(lines);
                StateHasChanged();
            });
        }
        catch (ObjectDisposedException)
        {
            // The viewer has left.
        }
        catch (Exception exception) when (exception is DbException or TimeoutException)
        {
            // They stay as last seen; the next reading comes by itself.
        }
        catch (Exception exception)
        {
            await DispatchExceptionAsync(exception);
        }
    }

    private static string Span(TimeSpan? span) => span is { } took ? Show.Duration(took) : "–";

    private static string Sample(ArgsContrastResult contrast) =>
        $"the newest {Show.Count(contrast.Failed)} failed and {Show.Count(contrast.Succeeded)} succeeded jobs";

    // Not all and not none, unless it is.
    private static string Percent(double share) => (share switch
    {
        > 0 and < 0.01 => "<1",
        > 0.99 and < 1 => ">99",
        _ => (share * 100).ToString("0", CultureInfo.InvariantCulture),
    }) + " %";
}
