namespace JobLineage.Core.Alerts;

/// <summary>What a channel answered.</summary>
public enum SendResult
{
    /// <summary>It took the message over.</summary>
    Accepted,

    /// <summary>It may have: there was no answer, or one that does not say.</summary>
    Unknown,

    /// <summary>It certainly did not, and may later.</summary>
    NotSent,

    /// <summary>It certainly did not, and won't until somebody changes the configuration.</summary>
    Rejected,
}

/// <summary>How an attempt to send ended.</summary>
/// <param name="Result">What is known.</param>
/// <param name="Detail">A sentence for a person, without secrets; null when there is nothing to say.</param>
/// <param name="ProviderId">What the channel calls the message; null when it does not say.</param>
/// <param name="Wait">How long the channel asked to be left alone; null when it did not.</param>
public sealed record SendOutcome(SendResult Result, string? Detail = null, string? ProviderId = null, TimeSpan? Wait = null);
