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
}
