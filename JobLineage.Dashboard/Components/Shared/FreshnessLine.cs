using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Dashboard.Components.Shared;

/// <summary>What the page says about how fresh it is.</summary>
/// <param name="AsOf">The moment up to which it is true, in words, with what separates it from the rest; empty while unknown.</param>
/// <param name="Word">What it is doing, and how far it is behind.</param>
/// <param name="Css">How it looks: <c>ok</c>, <c>late</c> or <c>lost</c>.</param>
/// <param name="Ticks">Whether the words change with every second.</param>
public sealed record FreshnessLine(string AsOf, string Word, string Css, bool Ticks)
{
    // A poll that looks every few seconds while nobody watched is not behind yet.
    private static readonly TimeSpan Behind = TimeSpan.FromSeconds(15);

    /// <summary>All of it.</summary>
    public string Text => AsOf + Word;

    /// <summary>Decides from the source's status, the picture's own time, the hub's connection and the visitor's wish.</summary>
    /// <param name="status">The source's status; null while unknown.</param>
    /// <param name="asOf">The picture's own time; null where it has none.</param>
    /// <param name="connection">How the page stands with the store.</param>
    /// <param name="paused">When the visitor paused the page; null when it goes on.</param>
    /// <param name="now">The present, in UTC.</param>
    /// <param name="zone">The zone in which times are read; null for UTC.</param>
    public static FreshnessLine Of(SourceStatus? status, DateTimeOffset? asOf, HubConnection connection, DateTimeOffset? paused, DateTimeOffset now, TimeZoneInfo? zone = null)
    {
        // A run that has not changed since its picture was taken is as fresh as its source.
        var time = connection == HubConnection.Connected && status?.AsOf > asOf ? status.AsOf : asOf ?? status?.AsOf;
        if (paused is not null)
            time = time < paused ? time : paused;
        var at = time is null ? "" : $"as of {Format.Clock(time.Value, zone)} · ";
        var behind = now - time;
        if (paused is not null)
            return Standing("paused", "late");
        if (connection == HubConnection.Disconnected)
            return Standing("reconnecting…", "lost");
        if (connection == HubConnection.Loading || status is null)
            return new(at, "loading…", "ok", false);

        return status.State switch
        {
            FeedState.Reconnecting => Standing("reconnecting…", "lost"),
            FeedState.Misconfigured => Standing("misconfigured", "lost"),
            FeedState.Stopped => Standing("stopped", "lost"),
            FeedState.Starting => new(at, "starting", "late", false),
            FeedState.Backfilling => new(at, "first reading under way", "late", false),
            FeedState.Live => Following("live"),
            _ => Following("polling"),
        };

        // A picture has a time of its own; how old the source's data is only the source's status tells.
        FreshnessLine Following(string word) => status.AsOf is null ? new(at, $"age unknown · {word}", "late", false)
            : behind <= Behind ? new(at, word, "ok", false)
            : Standing(word, "late");

        // What stands says for how long, and goes on saying it.
        FreshnessLine Standing(string word, string css) => behind is { } late
            ? new(at, $"{Format.Roughly(late < TimeSpan.Zero ? TimeSpan.Zero : late)} behind · {word}", css, true)
            : new(at, word, css, false);
    }
}
