namespace JobLineage.Core.Alerts;

/// <summary>What became of a digest. The values are stored: never renumber.</summary>
public enum DeliveryState : short
{
    /// <summary>Made, and to be sent.</summary>
    Pending = 0,

    /// <summary>Some replica holds it and sends.</summary>
    Sending = 1,

    /// <summary>The channel took it over.</summary>
    Accepted = 2,

    /// <summary>Nobody knows whether it arrived. It is sent once more, unless copies are to be avoided.</summary>
    Unknown = 3,

    /// <summary>The channel refused it. What it tells goes out with a later digest.</summary>
    Failed = 4,

    /// <summary>Nobody knows, twice. What it tells goes out with a later digest, marked as perhaps told before.</summary>
    GivenUp = 5,
}
