using System.Data.Common;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Components.Runs;
using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Jobs;

/// <summary>The jobs of a run: filtered, in an order, as many as are scrolled to.</summary>
public sealed partial class JobsView
{
    // What follows is another page, at an address of its own.
    private const int MostShown = 2_000;

    private readonly LiveWatch<JobsPage> _page;
    private readonly ShownJobs _shown = new();
    private readonly SemaphoreSlim _reading = new(1);
    private JobsQuery? _query;
    private JobsPage? _merged;
    private JobsTable? _table;
    private bool _isStopped;

    /// <summary>Creates the view.</summary>
    public JobsView() => _page = Watch<JobsPage>();

    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public RunSnapshot Run { get; set; } = null!;

    /// <summary>The address of the view.</summary>
    [Parameter, EditorRequired]
    public RunAddress Address { get; set; } = null!;

    [Inject]
    private IRunViews Reader { get; set; } = null!;

    private bool CanGrow => !_isStopped && _shown.Jobs.Count < MostShown;

    /// <inheritdoc />
    protected override Task WatchAsync()
    {
        var query = Address.Query;
        return SetAsync(_page, Run, query, (views, token) => views.ListJobsAsync(query, token));
    }

    /// <inheritdoc />
    protected override void OnUpdated()
    {
        if (_page.Value is not { } page || ReferenceEquals(page, _merged))
            return;
        var isNew = _query != Address.Query;
        (_query, _merged) = (Address.Query, page);
        if (isNew)
        {
            Begin(page);
            return;
        }

        // While nothing was found by looking, the next reading may have looked further.
        _isStopped = page.Stopped;
        var left = _shown.Merge(page);
        if (IsInteractive)
            _ = RereadAsync([.. left, .. _table?.InSight ?? []]);
    }

    private void Begin(JobsPage page)
    {
        _isStopped = page.Stopped;
        _shown.Show(page);
    }

    private async Task Renew()
    {
        if (_page.Value is { } page)
            Begin(page);
        if (_table is not null)
            await _table.RefreshAsync();
    }

    /// <summary>Jobs that are in sight, and not on the page that is read anyway, are read by themselves.</summary>
    private async Task RereadAsync(IReadOnlyList<string> ids)
    {
        if (ids.Count == 0)
            return;
        try
        {
            var lines = await Reader.JobsOfIdsAsync(Run.Source, Run.RootId, ids, CancellationToken.None);
            await InvokeAsync(async () =>
            {
                _shown.Update(lines);
                if (_table is not null)
                    await _table.RefreshAsync();
                StateHasChanged();
            });
        }
        catch (ObjectDisposedException)
        {
            // The viewer has left.
        }
        catch (Exception exception) when (exception is DbException or TimeoutException)
        {
            // They stay as last seen; the watch says that the store does not answer, and the next reading comes by itself.
        }
        catch (Exception exception)
        {
            await DispatchExceptionAsync(exception);
        }
    }

    private async Task GrowAsync(int count, CancellationToken cancellation)
    {
        await _reading.WaitAsync(cancellation);
        try
        {
            while (_shown.Jobs.Count < Math.Min(count, MostShown) && _shown.Next is { } next && !_isStopped)
            {
                if (await Reader.ListJobsAsync(_query! with { After = next }, cancellation) is not { } page)
                    return;
                _shown.Append(page);
                _isStopped = page.Stopped;
                if (_isStopped || _shown.Jobs.Count >= MostShown)
                    StateHasChanged();
            }
        }
        catch (Exception exception) when (exception is DbException or TimeoutException)
        {
            // The list ends here for now; scrolling on tries again.
        }
        finally
        {
            _reading.Release();
        }
    }
}
