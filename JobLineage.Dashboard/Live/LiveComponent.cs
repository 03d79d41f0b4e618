using JobLineage.Core.Runs;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Live;

/// <summary>
/// A component that watches something in the hub. It owns subscribing, pumping and disposing: a page says what it watches,
/// in <see cref="WatchAsync"/>, and renders what it has.
/// </summary>
public abstract class LiveComponent : ComponentBase, IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _watches = [];

    /// <summary>Where the pictures come from.</summary>
    [Inject]
    protected RunHub Hub { get; set; } = null!;

    /// <summary>The clock.</summary>
    [Inject]
    protected TimeProvider Time { get; set; } = null!;

    /// <summary>Now, in UTC.</summary>
    protected DateTimeOffset Now => Time.GetUtcNow();

    internal TimeProvider Clock => Time;

    internal bool IsInteractive => RendererInfo.IsInteractive;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var watch in _watches)
            await watch.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Declares something to be watched; call it once, in a field or the constructor.</summary>
    /// <typeparam name="T">What is watched.</typeparam>
    protected LiveWatch<T> Watch<T>()
        where T : class
    {
        var watch = new LiveWatch<T>(this);
        _watches.Add(watch);
        return watch;
    }

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

    internal Task ApplyAsync(Action update) => InvokeAsync(() =>
    {
        update();
        OnUpdated();
        StateHasChanged();
    });

    internal Task FailAsync(Exception exception) => DispatchExceptionAsync(exception);
}
