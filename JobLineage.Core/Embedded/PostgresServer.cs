using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace JobLineage.Core.Embedded;

/// <summary>Makes, starts and stops one cluster with the server's own programs.</summary>
internal sealed class PostgresServer(string binaries, ServerUser user, ClusterFolders folders)
{
    /// <summary>The superuser of the cluster.</summary>
    public const string UserName = "joblineage";

    // After a kill the last server processes linger for a moment and hold the shared memory; another program may take a port first.
    private const int StartAttempts = 20;
    private const int LinesOfLog = 15;
    private const int LastMoments = 500;
    private const long LogLimit = 10 * 1024 * 1024;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan InitTimeout = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Makes the cluster; the password is that of <see cref="UserName"/>.</summary>
    [UnsupportedOSPlatform("windows")]
    public async Task InitializeAsync(string password, CancellationToken cancellation)
    {
        var passwordFile = Path.Combine(folders.Cluster, "password.new");
        try
        {
            SecretFile.Write(passwordFile, password);
            await user.TakeOverAsync(passwordFile, cancellation).ConfigureAwait(false);
            // Byte order for comparisons, and the case of every script's letters where the system has that locale.
            var made = await InitializeAsync(passwordFile, ["--locale=C", "--lc-ctype=C.UTF-8"], cancellation).ConfigureAwait(false);
            if (!made.Succeeded && made.Output.Contains("locale", StringComparison.Ordinal))
                made = await InitializeAsync(passwordFile, ["--locale=C"], cancellation).ConfigureAwait(false);
            if (!made.Succeeded)
                throw Failed($"PostgreSQL could not make a cluster in {folders.Cluster}", made.Output);
            Directory.Move(folders.Unfinished, folders.Data);
        }
        finally
        {
            File.Delete(passwordFile);
        }
    }

    /// <summary>Starts the server and waits until it takes connections.</summary>
    /// <returns>The port it listens on.</returns>
    public async Task<int> StartAsync(EmbeddedPostgresOptions options, CancellationToken cancellation)
    {
        RotateLog();
        for (var attempt = 1; ; attempt++)
        {
            var port = options.Port ?? FreePort();
            await ConfigureAsync(port, options.Settings, cancellation).ConfigureAwait(false);
            var logBefore = File.Exists(folders.ServerLog) ? new FileInfo(folders.ServerLog).Length : 0;
            var patience = options.StartTimeout.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
            var started = await PgCtlAsync(["-w", "-t", patience, "-l", folders.ServerLog, "start"], options.StartTimeout + StopTimeout, cancellation)
                .ConfigureAwait(false);
            if (started.Succeeded)
                return port;

            var log = LastLines(logBefore);
            await StopAsync("immediate", CancellationToken.None).ConfigureAwait(false);
            if (attempt == StartAttempts || !PassesByItself(log, options.Port is not null))
                throw Failed($"PostgreSQL did not start in {folders.Data}; its log is {folders.ServerLog}", log.Length > 0 ? log : started.Output);
            await Task.Delay(BetweenAttempts, TimeProvider.System, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Stops the server, whoever started it: connections are ended, nothing is lost. Fine when it does not run.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        if (!await StopAsync("fast", cancellation).ConfigureAwait(false))
            await StopAsync("immediate", cancellation).ConfigureAwait(false);
    }

    private async Task<bool> StopAsync(string mode, CancellationToken cancellation)
    {
        if (PostmasterFile.ReadPid(folders.PidFile) is not { } pid || !PostmasterFile.IsServerOf(pid, folders.Data))
            return true;
        var patience = StopTimeout.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        var stopped = await PgCtlAsync(["-m", mode, "-w", "-t", patience, "stop"], StopTimeout * 2, cancellation).ConfigureAwait(false);
        // It has taken away its file, by which pg_ctl goes, and is still about to end.
        for (var waited = 0; stopped.Succeeded && waited < LastMoments && PostmasterFile.IsServerOf(pid, folders.Data); waited++)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellation).ConfigureAwait(false);
        return stopped.Succeeded;
    }

    private async Task<ChildProcess.Result> InitializeAsync(string passwordFile, string[] locale, CancellationToken cancellation)
    {
        if (Directory.Exists(folders.Unfinished))
            Directory.Delete(folders.Unfinished, recursive: true);
        return await user.RunAsync(
            [Path.Combine(binaries, "initdb"), "-D", folders.Unfinished, "-U", UserName, "--pwfile", passwordFile, "-A", "scram-sha-256", "-E", "UTF8", .. locale],
            InitTimeout, cancellation).ConfigureAwait(false);
    }

    private Task<ChildProcess.Result> PgCtlAsync(string[] arguments, TimeSpan timeout, CancellationToken cancellation) =>
        user.RunAsync([Path.Combine(binaries, "pg_ctl"), "-D", folders.Data, .. arguments], timeout, cancellation);

    private async Task ConfigureAsync(int port, IReadOnlyDictionary<string, string> settings, CancellationToken cancellation)
    {
        var main = Path.Combine(folders.Data, "postgresql.conf");
        const string include = $"include '{ServerSettings.FileName}'";
        if (!(await File.ReadAllLinesAsync(main, cancellation).ConfigureAwait(false)).Contains(include))
            await File.AppendAllTextAsync(main, $"\n{include}\n", cancellation).ConfigureAwait(false);

        await WriteAsync(ServerSettings.FileName, ServerSettings.Write(port, settings)).ConfigureAwait(false);
        await WriteAsync("pg_hba.conf", ServerSettings.AccessRules).ConfigureAwait(false);

        async Task WriteAsync(string name, string text)
        {
            var path = Path.Combine(folders.Data, name);
            await File.WriteAllTextAsync(path, text, cancellation).ConfigureAwait(false);
            await user.TakeOverAsync(path, cancellation).ConfigureAwait(false);
        }
    }

    private void RotateLog()
    {
        if (File.Exists(folders.ServerLog) && new FileInfo(folders.ServerLog).Length > LogLimit)
            File.Move(folders.ServerLog, folders.ServerLog + ".1", overwrite: true);
    }

    private string LastLines(long from)
    {
        if (!File.Exists(folders.ServerLog))
            return "";
        using var log = new FileStream(folders.ServerLog, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        log.Seek(Math.Min(from, log.Length), SeekOrigin.Begin);
        using var reader = new StreamReader(log);
        return string.Join('\n', reader.ReadToEnd().TrimEnd().Split('\n').TakeLast(LinesOfLog));
    }

    private static bool PassesByItself(string log, bool portIsChosen) =>
        log.Contains("shared memory block", StringComparison.Ordinal)
        || (!portIsChosen && log.Contains("Address already in use", StringComparison.Ordinal));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static EmbeddedPostgresException Failed(string sentence, string details) =>
        new(EmbeddedPostgresFailure.ServerFailed, details.Length == 0 ? sentence + "." : $"{sentence}:\n{details}");
}
