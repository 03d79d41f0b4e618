using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Dashboard.Components.Shared;

/// <summary>What the page says about how fresh it is.</summary>
/// <param name="Text">The words.</param>
/// <param name="Css">How they look: <c>ok</c>, <c>late</c> or <c>lost</c>.</param>
/// <param name="Ticks">Whether the text changes with every second.</param>
public sealed record FreshnessLine(string Text, string Css, bool Ticks)
{
    // A poll that looks every few seconds while nobody watched is not behind yet.
    private static readonly TimeSpan Behind = TimeSpan.FromSeconds(15);

    /// <summary>Decides from the source's status, the picture's own time and the hub's connection.</summary>
    public static FreshnessLine Of(SourceStatus? status, DateTimeOffset? asOf, HubConnection connection, DateTimeOffset now)
    {
        // A run that has not changed since its picture was taken is as fresh as its source.
        var time = connection == HubConnection.Connected && status?.AsOf > asOf ? status.AsOf : asOf ?? status?.AsOf;
        var at = time is null ? "" : $"as of {Show.Clock(time.Value)} · ";
        if (connection == HubConnection.Disconnected)
            return new(at + "reconnecting…", "lost", false);
        if (connection == HubConnection.Loading || status is null)
            return new(time is null ? "loading…" : $"as of {Show.Clock(time.Value)}", "ok", false);

        return status.State switch
        {
            FeedState.Reconnecting => new(at + "reconnecting…", "lost", false),
            FeedState.Misconfigured => new(at + "misconfigured", "lost", false),
            FeedState.Stopped => new(at + "stopped", "lost", false),
            FeedState.Starting => new(at + "starting", "late", false),
            FeedState.Backfilling => new(at + "first reading under way", "late", false),
            _ when now - status.AsOf is { } behind && behind > Behind => new($"{at}{Show.Roughly(behind)} behind", "late", true),
            FeedState.Live => new(at + "live", "ok", false),
            _ => new(at + "polling", "ok", false),
        };
    }
}
