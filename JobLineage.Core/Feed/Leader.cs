using JobLineage.Core.Runs;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Ingest;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace JobLineage.Core.Feed;

/// <summary>
/// One replica leads: it holds an advisory lock of the store on a connection of its own, and feeds all sources for as
/// long as that connection lives. The others wait; when the leader dies Postgres releases the lock and one of them goes on.
/// </summary>
public sealed partial class Leader(
    NpgsqlDataSource store, IReadOnlyList<WatchedSource> sources, IAttention attention, FeedOptions options, TimeProvider time,
    ILoggerFactory logs) : BackgroundService
{
    /// <summary>Any number that nobody else uses in the store's database.</summary>
    private const long LockKey = 0x4A4C_4C45_4144;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ILogger log = logs.CreateLogger<Leader>();
    private bool isMigrated;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LeadAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or LeadLostException)
            {
                // It may be another store that answers next: one from before a restore, or an empty one.
                isMigrated = false;
                LogLost(e);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LeadAsync(CancellationToken cancellation)
    {
        // Here and not at the start of the program: a store that does not answer yet is waited for.
        if (!isMigrated && await Migrator.MigrateAsync(store, cancellation) is var migrations and > 0)
            LogMigrated(migrations);
        isMigrated = true;
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var take = new NpgsqlCommand($"select pg_try_advisory_lock({LockKey})", connection);
        if (!(bool)(await take.ExecuteScalarAsync(cancellation))!)
            return;
        LogLeading(sources.Count);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var feeds = sources
            .Select(s => new SourceFeed(s, store, attention, options, time, logs.CreateLogger<SourceFeed>()).RunAsync(stop.Token))
            .ToList();
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(2), time, cancellation);
                await using var ping = new NpgsqlCommand("select 1", connection) { CommandTimeout = 5 };
                await ping.ExecuteNonQueryAsync(cancellation);
                if (feeds.FirstOrDefault(f => f.IsFaulted) is { } failed)
                    await failed;
            }
        }
        finally
        {
            // The feeds end before the lock is free. When it was lost with the connection another replica may lead
            // already: what a feed would still write is then refused by the source's epoch.
            await stop.CancelAsync();
            foreach (var feed in feeds)
                await feed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ReleaseAsync(connection);
        }
    }

    /// <summary>A connection goes back to the pool with its session: the lock would stay with it until it is used again.</summary>
    private static async Task ReleaseAsync(NpgsqlConnection connection)
    {
        if (connection.FullState != System.Data.ConnectionState.Open)
            return;
        try
        {
            await using var release = new NpgsqlCommand($"select pg_advisory_unlock({LockKey})", connection) { CommandTimeout = 5 };
            await release.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            // A session that does not answer holds nothing for long: Postgres releases what a dead one held.
            NpgsqlConnection.ClearPool(connection);
        }
    }

    [LoggerMessage(311, LogLevel.Information, "Leading: this replica reads {Sources} source(s)")]
    private partial void LogLeading(int sources);

    [LoggerMessage(313, LogLevel.Information, "The store's schema was brought up to date: {Migrations} migration(s)")]
    private partial void LogMigrated(int migrations);

    [LoggerMessage(312, LogLevel.Warning, "The store does not answer, or the lead was lost; trying again")]
    private partial void LogLost(Exception e);
}
