using System.Collections.Concurrent;
using JobLineage.Bench.Faults;
using JobLineage.Core.Alerts;
using Npgsql;

namespace JobLineage.Bench.Digest;

/// <summary>What the parts of a trial share.</summary>
/// <param name="Plan">What it is about.</param>
/// <param name="Database">Leads to its database.</param>
/// <param name="Endpoint">Where the provider listens.</param>
/// <param name="Own">The trial's own connections: nothing of what goes wrong is done to them.</param>
/// <param name="Provider">The provider.</param>
/// <param name="Log">What happened.</param>
/// <param name="Delivery">How messages are delivered.</param>
internal sealed record TrialWorld(
    DigestTrialPlan Plan, NpgsqlConnectionStringBuilder Database, string Endpoint, NpgsqlDataSource Own, TrialProvider Provider, TrialLog Log, DeliveryOptions Delivery)
{
    private long events;
    private long times;

    /// <summary>When it was written down for the first time that a digest was taken over, by the digest's number.</summary>
    public ConcurrentDictionary<long, long> Recorded { get; } = [];

    /// <summary>What was seen to be wrong while it happened.</summary>
    public ConcurrentQueue<string> Wrong { get; } = [];

    /// <summary>How often each thing went wrong that was to.</summary>
    public ConcurrentDictionary<string, int> Faults { get; } = [];

    /// <summary>How often leases were ended by force, twice each time.</summary>
    public long Times => Interlocked.Read(ref times);

    /// <summary>The next event.</summary>
    public long Next() => Interlocked.Increment(ref events);

    /// <summary>Leases end now, or have.</summary>
    public void TimePassed() => Interlocked.Increment(ref times);

    /// <summary>It is written down that a digest was taken over.</summary>
    public void Accepted(long digest) => Recorded.TryAdd(digest, Next());

    /// <summary>Counts what went wrong.</summary>
    public void Count(string fault) => Faults.AddOrUpdate(fault, 1, (_, times) => times + 1);
}

/// <summary>The program ended here.</summary>
internal sealed class KilledException : Exception
{
    public KilledException()
        : base("The program ended here.")
    {
    }
}
