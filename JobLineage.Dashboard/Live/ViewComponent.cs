using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Live;

/// <summary>A component that shows a view of something else that is watched, and reads it again when that has changed.</summary>
public abstract class ViewComponent : LiveComponent
{
    /// <summary>Between two looks at what changes without anybody's saying so.</summary>
    protected static readonly TimeSpan Unprompted = TimeSpan.FromSeconds(10);

    private Action? _look;
    private object? _ticking;
    private ITimer? _timer;

    /// <summary>Reads the views.</summary>
    [Inject]
    protected IRunViews Views { get; set; } = null!;

    /// <summary>What a view of a run is as good as: its version, and while it goes on the time, by which paces change.</summary>
    protected static object StampOf(RunSnapshot run) =>
        (run.Version, run.Counts.Unfinished > 0 ? run.AsOf.UtcTicks / Unprompted.Ticks : 0);

    /// <summary>Watches a view of a run.</summary>
    /// <typeparam name="T">What is read.</typeparam>
    /// <param name="watch">The watch.</param>
    /// <param name="run">The run, as it is shown.</param>
    /// <param name="what">Names the view and its filter.</param>
    /// <param name="load">Reads it.</param>
    /// <param name="ticks">Whether it changes by the passing of time alone, so that it is read again also while nothing happens in the run.</param>
    protected async Task SetAsync<T>(
        LiveWatch<T> watch, RunSnapshot run, object what, Func<IRunViews, CancellationToken, Task<T?>> load, bool ticks = false)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(watch);
        var subject = new RunKey(run.Source, run.RootId);
        // Of a run that has come to rest no newer picture comes.
        object Stamp() => ticks ? (run.Version, Time.GetUtcNow().UtcTicks / Unprompted.Ticks) : StampOf(run);
        await watch.SetAsync((subject, what), () => Hub.SubscribeView(subject, what, Stamp(), token => load(Views, token)));
        Hub.Seen<T>(subject, what, Stamp());
        if (ticks)
        {
            _ticking = watch;
            Tick(() => Hub.Seen<T>(subject, what, Stamp()));
        }
        // Another watch, one that does not tick, leaves this one ticking.
        else if (_ticking == watch)
        {
            _look = null;
        }
    }

    /// <summary>Looks every ten seconds, as long as somebody is there.</summary>
    /// <param name="look">Takes the place of what was looked at before.</param>
    protected void Tick(Action look)
    {
        _look = look;
        if (IsInteractive)
            _timer ??= Time.CreateTimer(_ => _look?.Invoke(), null, Unprompted, Unprompted);
    }

    /// <inheritdoc />
    protected override void OnLeaving() => _timer?.Dispose();
}
