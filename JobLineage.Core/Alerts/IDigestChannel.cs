namespace JobLineage.Core.Alerts;

/// <summary>A way out for digests.</summary>
public interface IDigestChannel
{
    /// <summary>Its name in the configuration.</summary>
    string Name { get; }

    /// <summary>Sends one copy. Failures are outcomes; only a stop by <paramref name="cancellation"/> is thrown.</summary>
    Task<SendOutcome> SendAsync(DigestMessage message, CancellationToken cancellation);
}
