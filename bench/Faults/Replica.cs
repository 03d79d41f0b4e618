using JobLineage.Core.Diagnosis;
using JobLineage.Core.Feed;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Reading;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace JobLineage.Bench.Faults;

/// <summary>All of a dashboard but its pages, in this process: it may lead, and has a hub with viewers.</summary>
public sealed class Replica : IAsyncDisposable
{
    private readonly NpgsqlDataSource source;
    private readonly NpgsqlDataSource store;
    private readonly RunSignal signal;
    private readonly Leader leader;

    private Replica(FaultWorld world, string name, FeedOptions options, TimeProvider time, ILoggerFactory log, int? sourcePort, int? storePort)
    {
        Name = name;
        source = NpgsqlDataSource.Create(Settings(world.Source, sourcePort));
        store = StoreDatabase.Create(Settings(world.Store, storePort));
        Reader = new(store, new DiagnosisOptions(), time);
        signal = new(store, time, log.CreateLogger<RunSignal>());
        Hub = new(Reader, signal, time, log.CreateLogger<RunHub>());
        leader = new(store, [new(world.Mapping, source, new Redaction())], Hub, options, time, log);
    }

    /// <summary>What its connections are called.</summary>
    public string Name { get; }

    /// <summary>What viewers look at.</summary>
    public RunHub Hub { get; }

    /// <summary>Reads the store past the hub.</summary>
    public RunReader Reader { get; }

    /// <summary>Starts one.</summary>
    /// <param name="world">The databases.</param>
    /// <param name="name">What its connections are called.</param>
    /// <param name="options">How its feed works.</param>
    /// <param name="time">Its clock.</param>
    /// <param name="log">Where it tells what it does.</param>
    /// <param name="sourcePort">A port that leads to the queue's server; null for the server's own.</param>
    /// <param name="storePort">A port that leads to the store's server; null for the server's own.</param>
    public static async Task<Replica> StartAsync(
        FaultWorld world, string name, FeedOptions options, TimeProvider time, ILoggerFactory log, int? sourcePort = null, int? storePort = null)
    {
        var replica = new Replica(world, name, options, time, log, sourcePort, storePort);
        await replica.signal.StartAsync(default);
        await replica.leader.StartAsync(default);
        return replica;
    }

    /// <summary>Whether it runs as it should: neither part has given up.</summary>
    public bool IsRunning => leader.ExecuteTask is { IsCompleted: false } && signal.ExecuteTask is { IsCompleted: false };

    private string Settings(NpgsqlConnectionStringBuilder database, int? port) => new NpgsqlConnectionStringBuilder(database.ConnectionString)
    {
        ApplicationName = Name,
        Port = port ?? database.Port,
    }.ConnectionString;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await leader.StopAsync(default);
        await Hub.DisposeAsync();
        await signal.StopAsync(default);
        leader.Dispose();
        signal.Dispose();
        await source.DisposeAsync();
        await store.DisposeAsync();
    }
}
