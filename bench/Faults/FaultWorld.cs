using JobLineage.Bench.Checking;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Dashboard.Demo.Oban;
using Npgsql;

namespace JobLineage.Bench.Faults;

/// <summary>The servers that trials share: one for queues, one for stores.</summary>
/// <param name="Source">Where queues are.</param>
/// <param name="Store">Where stores are; may be the same.</param>
public sealed record FaultServers(FaultServer Source, FaultServer Store) : IAsyncDisposable
{
    /// <summary>Starts both.</summary>
    /// <param name="below">Where their folders begin.</param>
    /// <param name="cancellation">Stops the start.</param>
    public static async Task<FaultServers> StartAsync(string below, CancellationToken cancellation) =>
        new(await FaultServer.StartAsync(below + "-source", cancellation), await FaultServer.StartAsync(below + "-store", cancellation));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Store.DisposeAsync();
    }
}

/// <summary>A queue with its trigger, and a store, in databases of their own.</summary>
public sealed class FaultWorld : IAsyncDisposable
{
    private readonly string name;

    private FaultWorld(FaultServers servers, string name, string source, string store, SourceMapping mapping)
    {
        Mapping = mapping;
        (Servers, this.name) = (servers, name);
        // Nothing of ours is pooled over a restart of the server: what the trial itself does must not fail by it.
        Source = new NpgsqlConnectionStringBuilder(source) { Timeout = 10 };
        Store = new NpgsqlConnectionStringBuilder(store) { Timeout = 10 };
        Queue = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Source.ConnectionString) { Pooling = false, ApplicationName = "trial" });
        Checking = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Store.ConnectionString) { Pooling = false, ApplicationName = "trial" });
        Installer = new(Mapping, Queue);
    }

    /// <summary>How the queue is read, as a real dashboard does.</summary>
    public static SourceMapping Oban { get; } = Presets.Oban("oban");

    /// <summary>The same, with rows that a trial can make unreadable.</summary>
    public static SourceMapping Delicate { get; } = Oban with
    {
        ParentId = "case when job.meta ? 'lost' then (1 / (job.meta->>'lost')::int)::text else job.meta->>'parent_job_id' end",
        Meta = "case when job.meta ? 'poison' then (1 / (job.meta->>'poison')::int)::text else job.meta::text end",
    };

    /// <summary>How the queue is read.</summary>
    public SourceMapping Mapping { get; }

    /// <summary>Names what is installed.</summary>
    public static TriggerNames Names { get; } = TriggerNames.Of(Oban);

    /// <summary>The servers.</summary>
    public FaultServers Servers { get; }

    /// <summary>Leads to the queue's database.</summary>
    public NpgsqlConnectionStringBuilder Source { get; }

    /// <summary>Leads to the store.</summary>
    public NpgsqlConnectionStringBuilder Store { get; }

    /// <summary>The trial's own connections to the queue's database.</summary>
    public NpgsqlDataSource Queue { get; }

    /// <summary>The trial's own connections to the store.</summary>
    public NpgsqlDataSource Checking { get; }

    /// <summary>Installs and removes the trigger.</summary>
    public TriggerInstaller Installer { get; }

    /// <summary>Makes one, with a trigger on an empty table.</summary>
    public static async Task<FaultWorld> CreateAsync(FaultServers servers, int seed, SourceMapping? mapping, CancellationToken cancellation)
    {
        var name = $"trial_{Environment.ProcessId}_{seed}";
        var world = new FaultWorld(servers, name, await servers.Source.CreateAsync(name + "_source"), await servers.Store.CreateAsync(name + "_store"), mapping ?? Oban);
        await world.ExecuteAsync(ObanSchema.Create, cancellation);
        await world.Installer.InstallAsync(cancellation: cancellation);
        await Migrator.MigrateAsync(world.Checking, null, cancellation);
        return world;
    }

    /// <summary>What differs between store and source.</summary>
    public async Task<IReadOnlyList<string>> DifferencesAsync(CancellationToken cancellation)
    {
        var outcome = await SourceProbe.ProbeAsync(Mapping, Queue, cancellation);
        var source = outcome.Source ?? throw new InvalidOperationException(outcome.Problem!.Message);
        return await new StoreAudit(Checking, source, Queue).FindAsync(cancellation: cancellation);
    }

    /// <summary>Runs SQL in the queue's database.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var connection = await Queue.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The first value that a query finds; null for none.</summary>
    /// <param name="database">Where to ask.</param>
    /// <param name="sql">The query.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<object?> ScalarAsync(NpgsqlDataSource database, string sql, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync(cancellation) is var value and not DBNull ? value : null;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Queue.DisposeAsync();
        await Checking.DisposeAsync();
        await Servers.Source.StartAgainAsync(default);
        await Servers.Store.StartAgainAsync(default);
        await Servers.Source.DropAsync(name + "_source");
        await Servers.Store.DropAsync(name + "_store");
    }
}
