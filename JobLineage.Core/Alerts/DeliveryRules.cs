namespace JobLineage.Core.Alerts;

/// <summary>How messages are delivered.</summary>
public sealed record DeliveryOptions
{
    /// <summary>Nothing is sent a second time while the first may have arrived, even if a failure is then never told.</summary>
    public bool AtMostOnce { get; init; }

    /// <summary>For how long a replica may hold a digest; longer than all that an attempt takes.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long a channel may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between an attempt of which nobody knows and the second one.</summary>
    public TimeSpan UnknownPause { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>After an attempt that certainly sent nothing: the first, doubled up to <see cref="LongestPause"/>.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>See <see cref="FirstPause"/>.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>What follows from an attempt.</summary>
/// <param name="State">The digest's state.</param>
/// <param name="Ambiguous">Attempts so far of which nobody knows.</param>
/// <param name="Wait">Until the next attempt; null: there is none.</param>
/// <param name="Releases">Whether its failures go back to be told by another digest.</param>
public readonly record struct Verdict(DeliveryState State, int Ambiguous, TimeSpan? Wait, bool Releases);

/// <summary>Decides what follows from an attempt. Pure.</summary>
public static class DeliveryRules
{
    /// <summary>A channel that asks to be left alone for longer is asked again after this.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(6);

    /// <summary>Whether a digest may be sent after so many attempts of which nobody knows.</summary>
    public static bool MaySend(int ambiguous, DeliveryOptions options) => ambiguous <= (options.AtMostOnce ? 0 : 1);

    /// <summary>What follows from an attempt's outcome.</summary>
    /// <param name="outcome">How it ended.</param>
    /// <param name="ambiguous">Attempts before it of which nobody knows.</param>
    /// <param name="attempts">All attempts, this one included.</param>
    /// <param name="options">How messages are delivered.</param>
    public static Verdict After(SendOutcome outcome, int ambiguous, int attempts, DeliveryOptions options) => outcome.Result switch
    {
        SendResult.Accepted => new(DeliveryState.Accepted, ambiguous, null, false),
        SendResult.Rejected => new(DeliveryState.Failed, ambiguous, null, true),
        SendResult.NotSent => new(DeliveryState.Pending, ambiguous, Pause(outcome.Wait, attempts, options), false),
        _ => Unanswered(ambiguous + 1, options),
    };

    /// <summary>What follows when there is no answer, counting that attempt.</summary>
    public static Verdict Unanswered(int ambiguous, DeliveryOptions options) =>
        MaySend(ambiguous, options) ? new(DeliveryState.Unknown, ambiguous, options.UnknownPause, false)
        : options.AtMostOnce ? new(DeliveryState.Unknown, ambiguous, null, false)
        : new(DeliveryState.GivenUp, ambiguous, null, true);

    private static TimeSpan Pause(TimeSpan? asked, int attempts, DeliveryOptions options)
    {
        var own = options.FirstPause * Math.Pow(2, Math.Clamp(attempts - 1, 0, 20));
        if (own > options.LongestPause)
            own = options.LongestPause;
        return asked is not { } wait ? own : wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestWait ? LongestWait : wait;
    }
}
