using System.Globalization;
using System.Runtime.Versioning;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace JobLineage.Core.Embedded;

/// <summary>
/// A private Postgres: a cluster below the data directory, run with the server binaries of this machine, on loopback, behind
/// a generated password. It stops with the program; what a killed program left behind is put in order by the next start.
/// </summary>
/// <remarks>
/// Start it before the host runs: then SIGTERM and Ctrl+C are the host's to handle, and the server outlasts the host's own
/// shutdown. Started later, it would end the process itself.
/// </remarks>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const int CommandTimeoutSeconds = 60;
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(30);

    private readonly InstanceLock _lock;
    private readonly PostgresServer _server;
    private readonly string _password;
    private readonly int _port;
    private readonly ILogger _logger;
    private readonly ExitHook _exit;
    private readonly CancellationTokenSource _watch = new();
    private Task _watching = Task.CompletedTask;
    private int _stopped;

    private EmbeddedPostgres(InstanceLock held, PostgresServer server, string password, int port, string database, ILogger logger)
    {
        _lock = held;
        _server = server;
        _password = password;
        _port = port;
        _logger = logger;
        ConnectionString = ConnectionStringTo(database);
        _exit = new ExitHook(() => StopAsync().GetAwaiter().GetResult());
    }

    /// <summary>Starts the server again whenever it dies, until it is told to stop.</summary>
    [UnsupportedOSPlatform("windows")]
    private void Watch(EmbeddedPostgresOptions options, ClusterFolders folders) => _watching = new ServerWatch(
        _server, folders, options with { Port = _port }, token => TidyUpAsync(_server, folders, _logger, token), _logger).RunAsync(_watch.Token);

    /// <summary>Leads to the database named in the options, as the superuser of the cluster. Holds the password.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts the private Postgres, making its cluster and database when they are missing.</summary>
    /// <exception cref="EmbeddedPostgresException">It cannot run; the message is a sentence for a person.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, ILogger logger, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows())
            throw new EmbeddedPostgresException(
                EmbeddedPostgresFailure.BinariesMissing, "A private PostgreSQL runs on Linux and macOS: set ConnectionStrings:Store to a database that runs elsewhere.");

        var folders = ClusterFolders.For(options.DataDirectory);
        folders.CreateHome();
        var held = InstanceLock.Take(folders);
        try
        {
            var user = ServerUser.Find();
            folders = await folders.CreateClusterAsync(user, cancellation).ConfigureAwait(false);
            return await StartAsync(options, folders, user, held, logger, cancellation).ConfigureAwait(false);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The connection string to the private Postgres that another program runs in this data directory, and that ends with it; null
    /// when none is ready there. Whether it still answers is not asked.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">Its files belong to another user.</exception>
    public static string? FindRunning(EmbeddedPostgresOptions options)
    {
        var folders = ClusterFolders.For(options.DataDirectory).Existing();
        try
        {
            return PostmasterFile.ReadPid(folders.PidFile) is { } pid && PostmasterFile.IsServerOf(pid, folders.Data)
                && PostmasterFile.ReadPort(folders.PidFile) is { } port && File.Exists(folders.Password)
                ? ConnectionStringTo(port, File.ReadAllText(folders.Password).Trim(), options.Database, pooled: true)
                : null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new EmbeddedPostgresException(
                EmbeddedPostgresFailure.DataDirectory,
                $"The private PostgreSQL in {folders.Cluster} belongs to another user; run Job Lineage as that user, or set JobLineage:DataDirectory to another folder.", e);
        }
        catch (IOException)
        {
            // It is just starting, or ending.
            return null;
        }
    }

    /// <summary>Makes a database when it is missing.</summary>
    /// <returns>The connection string that leads to it.</returns>
    public async Task<string> CreateDatabaseAsync(string name, CancellationToken cancellation = default)
    {
        await using var connection = new NpgsqlConnection(ConnectionStringTo("postgres", pooled: false));
        await connection.OpenAsync(cancellation).ConfigureAwait(false);
        var exists = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from pg_database where datname = @name)",
            new { name }, commandTimeout: CommandTimeoutSeconds, cancellationToken: cancellation)).ConfigureAwait(false);
        if (!exists)
            await connection.ExecuteAsync(new CommandDefinition(
                $"create database {Quote(name)}", commandTimeout: CommandTimeoutSeconds, cancellationToken: cancellation)).ConfigureAwait(false);
        return ConnectionStringTo(name);
    }

    /// <summary>The connection string to a database of this cluster, which need not be there.</summary>
    public string ConnectionStringTo(string database) => ConnectionStringTo(database, pooled: true);

    /// <summary>Stops the server and lets go of the data directory. Open connections are ended.</summary>
    public async ValueTask DisposeAsync()
    {
        _exit.Dispose();
        await StopAsync().ConfigureAwait(false);
    }

    [UnsupportedOSPlatform("windows")]
    private static async Task<EmbeddedPostgres> StartAsync(
        EmbeddedPostgresOptions options, ClusterFolders folders, ServerUser user, InstanceLock held, ILogger logger, CancellationToken cancellation)
    {
        var (binaries, version) = await ChooseBinariesAsync(options, folders, cancellation).ConfigureAwait(false);
        var server = new PostgresServer(binaries, user, folders);
        await TidyUpAsync(server, folders, logger, cancellation).ConfigureAwait(false);
        if (!File.Exists(folders.VersionFile))
        {
            EmbeddedPostgresLog.Initializing(logger, folders.Cluster);
            var secret = SecretFile.NewSecret();
            SecretFile.Write(folders.Password, secret);
            await server.InitializeAsync(secret, cancellation).ConfigureAwait(false);
        }

        var password = ReadPassword(folders);
        EmbeddedPostgres? postgres = null;
        try
        {
            var port = await server.StartAsync(options, cancellation).ConfigureAwait(false);
            postgres = new EmbeddedPostgres(held, server, password, port, options.Database, logger);
            await postgres.CreateDatabaseAsync(options.Database, cancellation).ConfigureAwait(false);
            EmbeddedPostgresLog.Started(logger, version, port, folders.Cluster);
            if (options.RestartsWhenItDies)
                postgres.Watch(options, folders);
            return postgres;
        }
        catch (Exception e)
        {
            // Also when the start was cancelled while the server was on its way up.
            postgres?._exit.Dispose();
            await server.StopAsync(CancellationToken.None).ConfigureAwait(false);
            if (e is NpgsqlException)
                throw new EmbeddedPostgresException(
                    EmbeddedPostgresFailure.ServerFailed,
                    $"The private PostgreSQL in {folders.Cluster} runs but cannot be used: {e.Message}; its log is {folders.ServerLog}.", e);
            throw;
        }
    }

    // Of several installed versions the one that made the cluster: an upgraded system usually keeps it.
    private static async Task<(string Folder, int Version)> ChooseBinariesAsync(
        EmbeddedPostgresOptions options, ClusterFolders folders, CancellationToken cancellation)
    {
        var candidates = PostgresBinaries.Candidates(new FileProbe(), Environment.GetEnvironmentVariable("PATH"), options.BinDirectory);
        if (candidates.Count == 0)
            throw new EmbeddedPostgresException(EmbeddedPostgresFailure.BinariesMissing, options.BinDirectory is { } chosen
                ? $"{chosen} holds no PostgreSQL server: initdb, pg_ctl and postgres are expected there."
                : InstallAdvice.Sentence(OperatingSystem.IsMacOS(), OsRelease(), Environment.IsPrivilegedProcess));

        int? wanted = File.Exists(folders.VersionFile)
            ? int.Parse(File.ReadAllText(folders.VersionFile).Trim(), CultureInfo.InvariantCulture)
            : null;
        var found = new List<string>();
        foreach (var folder in candidates)
        {
            var printed = await ChildProcess.RunAsync([Path.Combine(folder, "postgres"), "--version"], Quick, cancellation).ConfigureAwait(false);
            if (PostgresBinaries.MajorVersion(printed.Output) is not { } version)
                continue;
            if (wanted is null ? version >= PostgresBinaries.OldestMajor : version == wanted)
                return (folder, version);
            found.Add($"{version} in {folder}");
        }

        var installed = found.Count == 0 ? "none that runs" : string.Join(", ", found);
        throw new EmbeddedPostgresException(EmbeddedPostgresFailure.VersionMismatch, wanted is null
            ? $"PostgreSQL {PostgresBinaries.OldestMajor} or newer is needed; installed is {installed}."
            : $"The cluster in {folders.Data} was made by PostgreSQL {wanted} and installed is {installed}: install PostgreSQL {wanted}, or move that folder away to start with an empty store.");
    }

    // We hold the lock, so a server that still runs here has lost its program.
    private static async Task TidyUpAsync(PostgresServer server, ClusterFolders folders, ILogger logger, CancellationToken cancellation)
    {
        if (PostmasterFile.ReadPid(folders.PidFile) is not { } pid)
            return;
        if (PostmasterFile.IsServerOf(pid, folders.Data))
        {
            EmbeddedPostgresLog.OrphanFound(logger, pid);
            await server.StopAsync(cancellation).ConfigureAwait(false);
            return;
        }

        EmbeddedPostgresLog.RecoveringFrom(logger, folders.Cluster);
        // Postgres knows a dead pid for what it is, but takes a stranger of that number for its predecessor and refuses to start.
        if (PostmasterFile.IsRunning(pid))
            File.Delete(folders.PidFile);
    }

    private static string ReadPassword(ClusterFolders folders) => File.Exists(folders.Password)
        ? File.ReadAllText(folders.Password).Trim()
        : throw new EmbeddedPostgresException(
            EmbeddedPostgresFailure.DataDirectory,
            $"The password of the private PostgreSQL is missing ({folders.Password}): restore that file, or move {folders.Home} away to start with an empty store.");

    private static string OsRelease() => File.Exists("/etc/os-release") ? File.ReadAllText("/etc/os-release") : "";

    private static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"")}\"";

    private string ConnectionStringTo(string database, bool pooled) => ConnectionStringTo(_port, _password, database, pooled);

    private static string ConnectionStringTo(int port, string password, string database, bool pooled) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Username = PostgresServer.UserName,
        Password = password,
        Database = database,
        // Our own short business; who uses the string further names himself.
        ApplicationName = pooled ? null : "joblineage setup",
        Pooling = pooled,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    private async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 1)
            return;
        await _watch.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await _server.StopAsync(CancellationToken.None).ConfigureAwait(false);
            EmbeddedPostgresLog.Stopped(_logger);
        }
        catch (EmbeddedPostgresException e)
        {
            EmbeddedPostgresLog.StopFailed(_logger, e);
        }
        finally
        {
            _lock.Dispose();
        }
    }
}
