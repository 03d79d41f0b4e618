using System.Data.Common;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Components.Runs;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Jobs;

/// <summary>
/// A view with a list of jobs of a run. Its first page is watched; what is read on from there, and what has left that page
/// while it is shown, is read by itself.
/// </summary>
public abstract class JobListComponent : RunViewComponent
{
    private object? _reading;
    private JobsQuery? _query;
    private JobsPage? _page;

    /// <summary>Reads jobs besides those that are watched.</summary>
    [Inject]
    protected IRunViews Reader { get; set; } = null!;

    /// <summary>The jobs as they are shown.</summary>
    protected ShownJobs Shown { get; } = new();

    /// <summary>The ids of the shown jobs that somebody may be looking at.</summary>
    protected abstract IEnumerable<string> InSight { get; }

    /// <summary>Called when jobs have changed where they stand, before rendering.</summary>
    protected virtual Task RefreshAsync() => Task.CompletedTask;

    /// <summary>Takes a reading of the first page: for another query it is shown, else what is shown changes in place.</summary>
    /// <param name="reading">What was read; it is taken once.</param>
    /// <param name="query">What it answers, and what reads on from there.</param>
    /// <param name="page">The page in it.</param>
    protected void Take(object reading, JobsQuery query, JobsPage page)
    {
        if (ReferenceEquals(reading, _reading))
            return;
        var isNew = query != _query;
        (_reading, _query, _page) = (reading, query, page);
        if (isNew)
        {
            Shown.Show(page);
            return;
        }

        var left = Shown.Merge(page);
        if (IsInteractive)
            _ = RereadAsync([.. left.Union(InSight).Except(page.Jobs.Select(job => job.Id)).Take(IRunViews.MostIds)]);
    }

    /// <summary>Shows the newest reading of the first page, and nothing else.</summary>
    protected async Task RenewAsync()
    {
        if (_page is not null)
            Shown.Show(_page);
        await RefreshAsync();
    }

    /// <summary>Reads what follows the shown jobs, and shows it.</summary>
    /// <returns>Whether there was anything, and it could be read.</returns>
    protected async Task<bool> ReadOnAsync(CancellationToken cancellation)
    {
        if (_query is null || Shown.Next is not { } next)
            return false;
        try
        {
            // What is shown may have become another list meanwhile.
            if (await Reader.ListJobsAsync(_query with { After = next }, cancellation) is not { } page || !ReferenceEquals(next, Shown.Next))
                return false;
            Shown.Append(page);
            return true;
        }
        catch (Exception exception) when (exception is DbException or TimeoutException)
        {
            // The watch says that the store does not answer; scrolling on, or the button, asks again.
            return false;
        }
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
                Shown.Update(lines);
                await RefreshAsync();
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
}
