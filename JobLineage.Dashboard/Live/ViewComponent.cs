using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Live;

/// <summary>A component that shows a view of something else that is watched, and reads it again when that has changed.</summary>
public abstract class ViewComponent : LiveComponent
{
    private static readonly TimeSpan Unprompted = TimeSpan.FromSeconds(10);

    /// <summary>Where the views come from.</summary>
    [Inject]
    protected ViewHub Views { get; set; } = null!;

    /// <summary>What a view of a run is as good as: its version, and while it goes on the time, by which paces change.</summary>
    protected static object StampOf(RunSnapshot run) =>
        (run.Version, run.Counts.Unfinished > 0 ? run.AsOf.UtcTicks / Unprompted.Ticks : 0);

    /// <summary>Watches a view of a run.</summary>
    /// <typeparam name="T">What is read.</typeparam>
    /// <param name="watch">The watch.</param>
    /// <param name="run">The run, as it is shown.</param>
    /// <param name="what">Names the view and its filter.</param>
    /// <param name="load">Reads it.</param>
    protected async Task SetAsync<T>(
        LiveWatch<T> watch, RunSnapshot run, object what, Func<IRunViews, CancellationToken, Task<T?>> load)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(watch);
        var subject = new RunKey(run.Source, run.RootId);
        await watch.SetAsync((subject, what), () => Views.Subscribe(subject, what, StampOf(run), load));
        Views.Seen(subject, what, StampOf(run));
    }
}
