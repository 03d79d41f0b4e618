using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Shared;

/// <summary>The line that says how fresh a page is. Its text counts on by itself only while the source is behind.</summary>
public sealed partial class Freshness
{
    private FreshnessLine _line = new("", "", "ok", false);
    private ITimer? _timer;

    /// <summary>The status of the source; null while unknown.</summary>
    [Parameter]
    public SourceStatus? Status { get; set; }

    /// <summary>The moment up to which the page's picture is true.</summary>
    [Parameter]
    public DateTimeOffset? AsOf { get; set; }

    /// <summary>How the page stands with the store.</summary>
    [Parameter]
    public HubConnection Connection { get; set; }

    /// <inheritdoc />
    public void Dispose() => _timer?.Dispose();

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        Decide();
        if (_line.Ticks && RendererInfo.IsInteractive)
        {
            _timer ??= Time.CreateTimer(_ => _ = InvokeAsync(Tick), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        }
        else
        {
            _timer?.Dispose();
            _timer = null;
        }
    }

    private void Tick()
    {
        Decide();
        StateHasChanged();
    }

    private void Decide() => _line = FreshnessLine.Of(Status, AsOf, Connection, Clock.IsPaused ? Clock.Now : null, Time.GetUtcNow(), Clock.Zone);
}
