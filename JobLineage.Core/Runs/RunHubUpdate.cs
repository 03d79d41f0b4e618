namespace JobLineage.Core.Runs;

/// <summary>How a watched reading stands with the database.</summary>
public enum HubConnection
{
    /// <summary>Nothing has been read yet.</summary>
    Loading,

    /// <summary>The last reading succeeded.</summary>
    Connected,

    /// <summary>The last reading failed; it is tried again by itself.</summary>
    Disconnected,
}

/// <summary>What a viewer is to show: the newest known value, and whether it is still fed.</summary>
/// <typeparam name="T">What is watched.</typeparam>
/// <param name="Value">
/// The newest value. With <see cref="HubConnection.Connected"/> null means that there is no such thing; when
/// <see cref="HubConnection.Disconnected"/> it is the last known one.
/// </param>
/// <param name="Connection">How the reading stands.</param>
/// <param name="Error">One sentence for a person while disconnected; null otherwise.</param>
public sealed record HubUpdate<T>(T? Value, HubConnection Connection, string? Error)
    where T : class
{
    /// <summary>Before the first reading.</summary>
    public static HubUpdate<T> Loading { get; } = new(null, HubConnection.Loading, null);

    /// <summary>Whether the thing is known not to exist.</summary>
    public bool IsUnknown => Value is null && Connection == HubConnection.Connected;
}
