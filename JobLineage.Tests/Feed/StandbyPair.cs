using System.Net;
using System.Net.Sockets;
using JobLineage.Core.Embedded;
using Npgsql;

namespace JobLineage.Tests.Feed;

/// <summary>A server of its own and a streaming standby of it, made with the server's own programs.</summary>
internal sealed class StandbyPair : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ServerUser _user = ServerUser.Find();
    private readonly string _folder = Directory.CreateTempSubdirectory("joblineage-standby-").FullName;
    private readonly string _programs;

    private StandbyPair(string programs) => _programs = programs;

    public NpgsqlDataSource Primary { get; private set; } = null!;

    public NpgsqlDataSource Standby { get; private set; } = null!;

    /// <summary>Both running, with this made in the primary beforehand.</summary>
    public static async Task<StandbyPair> StartAsync(string programs, string sql)
    {
        var pair = new StandbyPair(programs);
        try
        {
            await pair.MakeAsync(sql);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    public static async Task ExecuteAsync(NpgsqlDataSource server, string sql)
    {
        await using var command = server.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<T> ScalarAsync<T>(NpgsqlDataSource server, string sql)
    {
        await using var command = server.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Until the standby has replayed all that the primary has written.</summary>
    public async Task CaughtUpAsync()
    {
        var written = await ScalarAsync<string>(Primary, "select pg_current_wal_lsn()::text");
        await Soon.IsTrueAsync(() => ScalarAsync<bool>(Standby, $"select pg_last_wal_replay_lsn() >= '{written}'::pg_lsn and pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn()"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (server, data) in new[] { (Standby, "standby"), (Primary, "primary") })
        {
            if (server is not null)
                await server.DisposeAsync();
            if (File.Exists(Path.Combine(_folder, data, "postmaster.pid")))
                await _user.RunAsync([Program("pg_ctl"), "-D", Path.Combine(_folder, data), "-m", "immediate", "-w", "stop"], Patience, default);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task MakeAsync(string sql)
    {
        await _user.TakeOverAsync(_folder, default);
        await RunAsync(Program("initdb"), "-D", Path.Combine(_folder, "primary"), "-A", "trust", "-U", "postgres", "--no-sync", "--locale=C");
        Primary = await StartAsync("primary");
        await ExecuteAsync(Primary, sql);
        await RunAsync(Program("pg_basebackup"), "-h", "127.0.0.1", "-p", Port(Primary), "-U", "postgres", "-D", Path.Combine(_folder, "standby"), "-R", "-X", "stream", "-c", "fast", "--no-sync");
        Standby = await StartAsync("standby");
    }

    private async Task<NpgsqlDataSource> StartAsync(string data)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        await RunAsync(
            Program("pg_ctl"), "-D", Path.Combine(_folder, data), "-w", "-l", Path.Combine(_folder, data + ".log"),
            "-o", $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c hot_standby=on -c wal_receiver_status_interval=1s", "start");
        return NpgsqlDataSource.Create($"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres");
    }

    private async Task RunAsync(params string[] command)
    {
        var done = await _user.RunAsync(command, Patience, default);
        Assert.True(done.Succeeded, done.Output);
    }

    private string Program(string name) => Path.Combine(_programs, name);

    private static string Port(NpgsqlDataSource server) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
