using JobLineage.Bench.Faults;
using JobLineage.Core.Alerts;
using JobLineage.Core.Feed;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Ingest;
using JobLineage.Dashboard.Demo.Oban;
using Npgsql;

namespace JobLineage.Bench.Digest;

/// <summary>A server with a database that all trials begin with: an empty queue, and a store that follows it.</summary>
public sealed class DigestServer : IAsyncDisposable
{
    private const string Template = "digest_template";

    private readonly NpgsqlConnectionStringBuilder template;

    private DigestServer(FaultServer server, string template) => (Server, this.template) = (server, new(template) { Timeout = 10 });

    /// <summary>The server, which may be stopped and started again.</summary>
    public FaultServer Server { get; }

    /// <summary>Starts one.</summary>
    /// <param name="below">Where its folder begins.</param>
    /// <param name="cancellation">Stops the start.</param>
    public static async Task<DigestServer> StartAsync(string below, CancellationToken cancellation)
    {
        var server = await FaultServer.StartAsync(below, cancellation);
        var made = new DigestServer(server, await server.CreateAsync(Template));
        await made.FillAsync(cancellation);
        return made;
    }

    /// <summary>Makes a database for one trial.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<NpgsqlConnectionStringBuilder> CloneAsync(string name, CancellationToken cancellation)
    {
        await Server.DropAsync(name);
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(template.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand($"create database {name} template {Template}", connection) { CommandTimeout = 60 };
        await command.ExecuteNonQueryAsync(cancellation);
        return new(template.ConnectionString) { Database = name };
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private async Task FillAsync(CancellationToken cancellation)
    {
        // Nobody may be connected to a template.
        await using var store = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(template.ConnectionString) { Pooling = false });
        await using (var create = store.CreateCommand(ObanSchema.Create))
            await create.ExecuteNonQueryAsync(cancellation);
        await Migrator.MigrateAsync(store, null, cancellation);
        await new DigestMaker(store, DigestTrial.BaseUrl, null).BeginAsync(cancellation);
        await using var feed = await TrialFeed.OpenAsync(store, cancellation);
        await feed.FillAsync(cancellation);
    }
}

/// <summary>The product's own feed of a trial's queue, which one at a time may drive.</summary>
internal sealed class TrialFeed : IAsyncDisposable
{
    private static readonly FeedOptions Options = new();

    private readonly SemaphoreSlim turn = new(1);
    private readonly SourceReader reader;
    private readonly SourceScanner scanner;
    private readonly Ingester ingester;
    private readonly SourceRecord record;
    private PollFeed feed;

    private TrialFeed(NpgsqlDataSource store, ProbedSource source, SourceRecord record)
    {
        this.record = record;
        reader = new(source, store, new Redaction());
        scanner = new(reader, store);
        ingester = new(store, source, record);
        feed = New();
    }

    public static async Task<TrialFeed> OpenAsync(NpgsqlDataSource store, CancellationToken cancellation)
    {
        var outcome = await SourceProbe.ProbeAsync(FaultWorld.Delicate, store, cancellation);
        var source = outcome.Source ?? throw new InvalidOperationException(outcome.Problem!.Message);
        return new(store, source, await SourceRecord.OpenAsync(store, source.Mapping.Name, cancellation));
    }

    /// <summary>Reads the table to its end.</summary>
    public async Task FillAsync(CancellationToken cancellation)
    {
        await feed.StartAsync(cancellation);
        await new Backfill(reader, ingester, record, Options).RunAsync(_ => Task.CompletedTask, cancellation);
    }

    /// <summary>Begins where the store stopped, as a leader that is new does.</summary>
    public Task StartAsync(CancellationToken cancellation) => TakeTurnAsync(
        async () =>
        {
            feed = New();
            await feed.StartAsync(cancellation);
        }, cancellation);

    /// <summary>Looks once.</summary>
    public Task LookAsync(CancellationToken cancellation) => TakeTurnAsync(() => feed.TickAsync(cancellation), cancellation);

    /// <summary>Looks at one job.</summary>
    public Task LookAtAsync(string id, CancellationToken cancellation) => TakeTurnAsync(() => feed.LookAgainAsync([id], cancellation), cancellation);

    /// <summary>Compares all of the queue with all of the store, as the feed does now and then.</summary>
    public Task ReconcileAsync(CancellationToken cancellation) => TakeTurnAsync(
        async () => await feed.LookAgainAsync(await Comparison.FindAsync(record, scanner, 500, cancellation), cancellation), cancellation);

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        turn.Dispose();
        return ValueTask.CompletedTask;
    }

    private PollFeed New() => new(reader, scanner, ingester, record, Options, TimeProvider.System);

    private async Task TakeTurnAsync(Func<Task> act, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            await act();
        }
        finally
        {
            turn.Release();
        }
    }
}
