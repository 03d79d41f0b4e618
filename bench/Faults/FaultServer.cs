using System.Diagnostics;
using System.Globalization;
using JobLineage.Core.Embedded;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace JobLineage.Bench.Faults;

/// <summary>How a server is stopped.</summary>
public enum ServerEnd
{
    /// <summary>Sessions are ended, what is in memory is written.</summary>
    Fast,

    /// <summary>As a crash: nothing is written, and the next start recovers. Unlogged tables are empty then.</summary>
    Immediate,
}

/// <summary>A private Postgres that can be stopped and started again at the same port.</summary>
public sealed class FaultServer : IAsyncDisposable
{
    private const int Places = 20;

    private readonly string folder;
    private EmbeddedPostgres? running;

    private FaultServer(string folder, EmbeddedPostgres running) => (this.folder, this.running, Port) = (folder, running, PortOf(running));

    /// <summary>The port, the same at each start.</summary>
    public int Port { get; }

    /// <summary>Starts one below a folder: in the first place there that no other program holds.</summary>
    public static async Task<FaultServer> StartAsync(string below, CancellationToken cancellation)
    {
        for (var place = 0; ; place++)
        {
            var folder = $"{below}-{place}";
            try
            {
                return new(folder, await StartInAsync(folder, null, cancellation));
            }
            catch (EmbeddedPostgresException e) when (e.Failure == EmbeddedPostgresFailure.InUse && place < Places)
            {
            }
        }
    }

    /// <summary>Makes a new database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateAsync(string database)
    {
        await DropAsync(database);
        return await running!.CreateDatabaseAsync(database);
    }

    /// <summary>Drops a database, whoever is connected to it.</summary>
    public async Task DropAsync(string database)
    {
        var settings = new NpgsqlConnectionStringBuilder(running!.ConnectionStringTo("postgres")) { Pooling = false };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var drop = new NpgsqlCommand($"drop database if exists {database} with (force)", connection) { CommandTimeout = 60 };
        await drop.ExecuteNonQueryAsync();
    }

    /// <summary>Stops the server.</summary>
    public async Task StopAsync(ServerEnd end)
    {
        if (end == ServerEnd.Immediate)
        {
            // As pg_ctl -m immediate does.
            var pid = await PidAsync();
            using var kill = Process.Start("kill", ["-QUIT", pid]);
            await kill.WaitForExitAsync();
            var until = Stopwatch.GetTimestamp();
            while (PostmasterFile.IsRunning(int.Parse(pid, CultureInfo.InvariantCulture)) && Stopwatch.GetElapsedTime(until) < TimeSpan.FromSeconds(10))
                await Task.Delay(5);
        }

        await running!.DisposeAsync();
        running = null;
    }

    /// <summary>Starts it again.</summary>
    public async Task StartAgainAsync(CancellationToken cancellation) => running ??= await StartInAsync(folder, Port, cancellation);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (running is not null)
            await running.DisposeAsync();
    }

    private async Task<string> PidAsync()
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(running!.ConnectionStringTo("postgres")) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var read = new NpgsqlCommand("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)", connection);
        return (string)(await read.ExecuteScalarAsync())!;
    }

    // No power is cut here: a process that dies loses nothing that it wrote, flushed or not.
    private static Task<EmbeddedPostgres> StartInAsync(string folder, int? port, CancellationToken cancellation) => EmbeddedPostgres.StartAsync(
        new EmbeddedPostgresOptions
        {
            DataDirectory = folder,
            Port = port,
            // It is this trial that lets it die, and starts it again.
            RestartsWhenItDies = false,
            Settings = new Dictionary<string, string> { ["fsync"] = "off", ["max_connections"] = "200" },
        },
        NullLogger.Instance, cancellation);

    private static int PortOf(EmbeddedPostgres postgres) => new NpgsqlConnectionStringBuilder(postgres.ConnectionString).Port;
}
