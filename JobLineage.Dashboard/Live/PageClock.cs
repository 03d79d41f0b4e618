using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;

namespace JobLineage.Dashboard.Live;

/// <summary>
/// The time that a page's relative times and durations go by. It stands still where the data does: while the visitor has
/// paused the page, and while what is shown can't be brought up to date. A duration that went on would look like news.
/// One for each circuit.
/// </summary>
public sealed class PageClock : IDisposable
{
    private readonly TimeProvider _time;
    private readonly NavigationManager _nav;
    private DateTimeOffset? _lost;
    private DateTimeOffset? _paused;
    private string _path;

    /// <summary>Creates it, running.</summary>
    public PageClock(TimeProvider time, NavigationManager nav)
    {
        (_time, _nav, _path) = (time, nav, PathOf(nav.Uri));
        nav.LocationChanged += Moved;
    }

    /// <summary>Raised, on the circuit's dispatcher, when the page is paused or goes on, or something newer waits.</summary>
    public event Action? Changed;

    /// <summary>What the page's times count to, in UTC.</summary>
    public DateTimeOffset Now => _paused ?? _lost ?? _time.GetUtcNow();

    /// <summary>The zone in which times are written; null for UTC.</summary>
    public TimeZoneInfo? Zone { get; set; }

    /// <summary>A moment as the viewer reads it.</summary>
    public string Time(DateTimeOffset at) => Format.Time(at, Zone);

    /// <summary>A time of day as the viewer reads it.</summary>
    public string TimeOfDay(DateTimeOffset at) => Format.Clock(at, Zone);

    /// <summary>Whether the clock stands still.</summary>
    public bool IsStopped => _paused is not null || _lost is not null;

    /// <summary>Whether the visitor has paused the page.</summary>
    public bool IsPaused => _paused is not null;

    /// <summary>Whether something newer than what is shown waits for the page to go on.</summary>
    public bool HasNewer { get; private set; }

    /// <summary>Says that something newer waits.</summary>
    public void NoteNewer()
    {
        if (HasNewer)
            return;
        HasNewer = true;
        Changed?.Invoke();
    }

    /// <summary>Pauses the page, or lets it go on.</summary>
    public void Toggle()
    {
        HasNewer = false;
        _paused = _paused is null ? Now : null;
        Changed?.Invoke();
    }

    /// <summary>Stops where the data has stopped, and goes on when it does.</summary>
    /// <param name="status">The source's status; null while unknown.</param>
    /// <param name="connection">How the page stands with the store.</param>
    public void Follow(SourceStatus? status, HubConnection connection)
    {
        var stands = connection == HubConnection.Disconnected
            || status?.State is FeedState.Reconnecting or FeedState.Stopped or FeedState.Misconfigured;
        _lost = stands ? _lost ?? status?.AsOf ?? _time.GetUtcNow() : null;
    }

    /// <inheritdoc />
    public void Dispose() => _nav.LocationChanged -= Moved;

    // Another page is not what was paused; another view of the same page is.
    private void Moved(object? sender, LocationChangedEventArgs e)
    {
        if (PathOf(e.Location) is var path && path == _path)
            return;
        _path = path;
        _lost = null;
        if (IsPaused)
            Toggle();
    }

    private static string PathOf(string address) => new Uri(address).AbsolutePath;
}
