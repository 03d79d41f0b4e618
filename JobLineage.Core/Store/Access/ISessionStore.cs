namespace JobLineage.Core.Store.Access;

/// <summary>Keeps sessions, for all replicas. Names of sessions are hashes: the store can't tell what cookies hold.</summary>
public interface ISessionStore
{
    /// <summary>Begins a session, and forgets those that are over.</summary>
    /// <param name="id">The session.</param>
    /// <param name="length">After which it ends, whatever happens.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>When it will end, by the store's clock.</returns>
    Task<DateTimeOffset> BeginAsync(byte[] id, TimeSpan length, CancellationToken cancellation);

    /// <summary>Those of some sessions that go on, each with its end.</summary>
    Task<IReadOnlyList<(byte[] Id, DateTimeOffset EndsAt)>> LiveAsync(IReadOnlyCollection<byte[]> ids, CancellationToken cancellation);

    /// <summary>Ends a session; one that has ended stays so.</summary>
    Task EndAsync(byte[] id, CancellationToken cancellation);
}
