namespace JobLineage.Core.Sources;

/// <summary>When a source was read, by its own clock.</summary>
/// <param name="IsStandby">Whether the server replays another one's changes.</param>
/// <param name="Clock">Its clock.</param>
/// <param name="AsOf">
/// The moment that its data is of: earlier than its clock on a standby that lags; null when that can't be known (nothing has been replayed yet).
/// </param>
public sealed record SourceMoment(bool IsStandby, DateTimeOffset Clock, DateTimeOffset? AsOf)
{
    /// <summary>When that was by this program's own clock.</summary>
    public DateTimeOffset At { get; init; } = Clock;

    /// <summary>The moment that is shown: of the data where it is known, else of the clock, and <see cref="Sentence"/> says so.</summary>
    public DateTimeOffset Shown => AsOf ?? Clock;

    /// <summary>What is to be said about a standby's data beside its time; null for nothing.</summary>
    /// <param name="source">The source's name.</param>
    public string? Sentence(string source) => this switch
    {
        { IsStandby: true, AsOf: null } => $"The server of source '{source}' is a standby that has replayed nothing yet: how old its data is can't be known.",
        { IsStandby: true } when Clock - AsOf > Lag => $"The server of source '{source}' is a standby that lags behind its primary: its data is of the time shown.",
        _ => null,
    };

    /// <summary>A standby may be this far behind without a word: the time shown says how far.</summary>
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(10);
}
