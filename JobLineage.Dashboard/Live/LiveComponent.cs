using JobLineage.Core.Runs;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Live;

/// <summary>
/// A component that watches something in the hub. It owns subscribing, pumping and disposing: a page says what it watches,
/// in <see cref="WatchAsync"/>, and renders what it has: a lone update at once, many of them ten times a second, all watches
/// together.
/// </summary>
public abstract class LiveComponent : ComponentBase, IAsyncDisposable
{
    // The eye gains nothing from more. What the hub publishes ten times a second, give or take, shall not wait here again, and
    // neither shall it when other watches of the page have something to say between: a pace as fast as what comes would never
    // catch up.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(75);
    private static readonly TimeSpan Advance = TimeSpan.FromMilliseconds(15);

    // On a server that is short of processors a rendering takes long, and there are then fewer of them.
    private const int Rest = 4;

    private readonly List<ILiveWatch> _watches = [];
    private readonly CancellationTokenSource _leaving = new();
    private readonly CancellationToken _left;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _pointing = new(1);
    private Pace? _pace;
    private Task? _rendering;

    /// <summary>Creates the component.</summary>
    protected LiveComponent() => _left = _leaving.Token;

    /// <summary>Where the pictures come from.</summary>
    [Inject]
    protected RunHub Hub { get; set; } = null!;

    /// <summary>The clock that paces updates.</summary>
    [Inject]
    protected TimeProvider Time { get; set; } = null!;

    /// <summary>The clock that the page shows.</summary>
    [Inject]
    protected PageClock Clock { get; set; } = null!;

    internal TimeProvider Timers => Time;

    internal bool IsPaused => Clock.IsPaused;

    internal void NoteNewer() => Clock.NoteNewer();

    internal bool IsInteractive => RendererInfo.IsInteractive;

    /// <summary>The rendering that waits for its turn or is under way.</summary>
    internal Task Rendering
    {
        get
        {
            lock (_lock)
                return _rendering ?? Task.CompletedTask;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Clock.Changed -= OnClockChanged;
        OnLeaving();
        await _leaving.CancelAsync();
        foreach (var watch in _watches)
            await watch.DisposeAsync();
        await Rendering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _leaving.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Declares something to be watched; call it once, in a field or the constructor.</summary>
    /// <typeparam name="T">What is watched.</typeparam>
    /// <param name="pauses">Whether it stands still while the page is paused.</param>
    protected LiveWatch<T> Watch<T>(bool pauses = true)
        where T : class
    {
        var watch = new LiveWatch<T>(this, pauses);
        _watches.Add(watch);
        return watch;
    }

    /// <inheritdoc />
    protected override void OnInitialized() => Clock.Changed += OnClockChanged;

    /// <inheritdoc />
    protected sealed override async Task OnParametersSetAsync()
    {
        // Two navigations in a row: the second waits until the first has let go of what it left, and then both read the same
        // parameters, the newest.
        await _pointing.WaitAsync();
        try
        {
            await WatchAsync();
        }
        finally
        {
            _pointing.Release();
        }

        OnUpdated();
    }

    /// <summary>Points the watches at what the parameters name.</summary>
    protected abstract Task WatchAsync();

    /// <summary>Called on the dispatcher after each update, before rendering.</summary>
    protected virtual void OnUpdated()
    {
    }

    /// <summary>Called when the visitor leaves, before the watches end.</summary>
    protected virtual void OnLeaving()
    {
    }

    /// <summary>Renders the newest of all watches as soon as the pace allows; whoever asks meanwhile is served by the same rendering.</summary>
    internal Task RenderAsync()
    {
        lock (_lock)
            return _rendering ??= RenderSoonAsync();
    }

    private async Task RenderSoonAsync()
    {
        // Not under the lock.
        await Task.Yield();
        try
        {
            _pace ??= new(Time, Interval, Advance, Rest);
            if (_pace.Until() is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, Time, _left);
            // What waits for the dispatcher, or for a processor, counts as what the rendering took.
            _pace.Begin();
            await InvokeAsync(RenderNewest);
            _pace.End();
        }
        catch (OperationCanceledException) when (_left.IsCancellationRequested)
        {
        }
        finally
        {
            lock (_lock)
                _rendering = null;
        }
    }

    private void RenderNewest()
    {
        var any = false;
        foreach (var watch in _watches)
            any |= watch.TakeNewest();
        if (!any)
            return;
        OnUpdated();
        StateHasChanged();
    }

    private void OnClockChanged() => _ = InvokeAsync(() =>
    {
        if (!IsPaused)
            _watches.ForEach(watch => watch.CatchUp());
        OnUpdated();
        StateHasChanged();
    });

    internal Task FailAsync(Exception exception) => DispatchExceptionAsync(exception);
}
