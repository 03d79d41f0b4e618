using JobLineage.Core.Store.Access;

namespace JobLineage.Tests.Support;

/// <summary>Keys and sessions in memory; replicas may share one.</summary>
internal sealed class FakeAccessStore(TimeProvider time) : IKeyStore, ISessionStore
{
    private readonly Lock gate = new();
    private readonly List<string> keys = [];
    private readonly Dictionary<string, DateTimeOffset> sessions = [];

    /// <summary>What every call fails with.</summary>
    public Exception? Failure { get; set; }

    public int Sessions
    {
        get
        {
            lock (gate)
                return sessions.Count;
        }
    }

    public IReadOnlyList<string> Read()
    {
        lock (gate)
        {
            if (Failure is not null)
                throw Failure;
            return [.. keys];
        }
    }

    public void Add(string name, string xml, bool isKey)
    {
        lock (gate)
        {
            if (Failure is not null)
                throw Failure;
            keys.Add(xml);
        }
    }

    public Task<DateTimeOffset> BeginAsync(byte[] id, TimeSpan length, CancellationToken cancellation)
    {
        lock (gate)
            return Failure is null ? Task.FromResult(sessions[Convert.ToHexString(id)] = time.GetUtcNow() + length) : Task.FromException<DateTimeOffset>(Failure);
    }

    public Task<IReadOnlyList<(byte[] Id, DateTimeOffset EndsAt)>> LiveAsync(IReadOnlyCollection<byte[]> ids, CancellationToken cancellation)
    {
        lock (gate)
        {
            return Failure is null
                ? Task.FromResult<IReadOnlyList<(byte[], DateTimeOffset)>>([.. ids
                    .Select(id => (id, sessions.GetValueOrDefault(Convert.ToHexString(id)))).Where(s => s.Item2 > time.GetUtcNow())])
                : Task.FromException<IReadOnlyList<(byte[], DateTimeOffset)>>(Failure);
        }
    }

    public Task EndAsync(byte[] id, CancellationToken cancellation)
    {
        lock (gate)
            sessions.Remove(Convert.ToHexString(id));
        return Failure is null ? Task.CompletedTask : Task.FromException(Failure);
    }
}
