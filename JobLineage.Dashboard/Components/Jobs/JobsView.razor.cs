using JobLineage.Core.Model;
using JobLineage.Dashboard.Live;

namespace JobLineage.Dashboard.Components.Jobs;

/// <summary>The jobs of a run: filtered, in an order, as many as are scrolled to.</summary>
public sealed partial class JobsView
{
    // What follows is another page, at an address of its own.
    private const int MostShown = 2_000;

    private readonly LiveWatch<JobsPage> _page;
    private readonly SemaphoreSlim _reading = new(1);
    private JobsTable? _table;

    /// <summary>Creates the view.</summary>
    public JobsView() => _page = Watch<JobsPage>();

    /// <inheritdoc />
    protected override IEnumerable<string> InSight => _table?.InSight ?? [];

    private bool CanGrow => !Shown.IsStopped && Shown.Jobs.Count < MostShown;

    /// <inheritdoc />
    protected override Task WatchAsync()
    {
        // A list without the filter would be another answer than the one that was asked for.
        if (Address.Refused is not null)
            return _page.ClearAsync();
        var query = Address.Query;
        var ticks = query.Filter.Older is not null || query.Filter.Newer is not null;
        return SetAsync(_page, Run, query, (views, token) => views.ListJobsAsync(query, token), ticks);
    }

    /// <inheritdoc />
    protected override void OnUpdated()
    {
        if (_page.Value is { } page)
            Take(page, Address.Query, page);
    }

    /// <inheritdoc />
    protected override Task RefreshAsync() => _table?.RefreshAsync() ?? Task.CompletedTask;

    private async Task GrowAsync(int count, CancellationToken cancellation)
    {
        await _reading.WaitAsync(cancellation);
        try
        {
            while (CanGrow && Shown.Jobs.Count < count && await ReadOnAsync(cancellation))
            {
                if (!CanGrow)
                    StateHasChanged();
            }
        }
        finally
        {
            _reading.Release();
        }
    }
}
