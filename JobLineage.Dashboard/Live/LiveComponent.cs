using JobLineage.Core.Runs;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Live;

/// <summary>
/// A component that watches something in the hub. It owns subscribing, pumping and disposing: a page says what it watches,
/// in <see cref="WatchAsync"/>, and renders what it has.
/// </summary>
public abstract class LiveComponent : ComponentBase, IAsyncDisposable
{
    private readonly List<ILiveWatch> _watches = [];

    /// <summary>Where the pictures come from.</summary>
    [Inject]
    protected RunHub Hub { get; set; } = null!;

    /// <summary>The clock that paces updates.</summary>
    [Inject]
    protected TimeProvider Time { get; set; } = null!;

    /// <summary>The clock that the page shows.</summary>
    [Inject]
    protected PageClock Clock { get; set; } = null!;

    internal TimeProvider Pace => Time;

    internal bool IsPaused => Clock.IsPaused;

    internal void NoteNewer() => Clock.NoteNewer();

    internal bool IsInteractive => RendererInfo.IsInteractive;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Clock.Changed -= OnClockChanged;
        foreach (var watch in _watches)
            await watch.DisposeAsync();
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
        await WatchAsync();
        OnUpdated();
    }

    /// <summary>Points the watches at what the parameters name.</summary>
    protected abstract Task WatchAsync();

    /// <summary>Called on the dispatcher after each update, before rendering.</summary>
    protected virtual void OnUpdated()
    {
    }

    /// <summary>Takes an update over on the dispatcher; nothing is rendered where it says that nothing has changed.</summary>
    internal Task ApplyAsync(Func<bool> update) => InvokeAsync(() =>
    {
        if (!update())
            return;
        OnUpdated();
        StateHasChanged();
    });

    private void OnClockChanged() => _ = InvokeAsync(() =>
    {
        if (!IsPaused)
            _watches.ForEach(watch => watch.CatchUp());
        OnUpdated();
        StateHasChanged();
    });

    internal Task FailAsync(Exception exception) => DispatchExceptionAsync(exception);
}
