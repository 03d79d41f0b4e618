using JobLineage.Core.Embedded;
using Npgsql;

namespace JobLineage.Dashboard.Hosting;

/// <summary>
/// A Postgres of our own, where none is configured. It is started before the host and ends after it: so the host handles
/// the signals, and the store answers until the last request has ended.
/// </summary>
internal sealed class PrivateStore : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>For a program that uses the server for a moment, or one that starts or ends it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly EmbeddedPostgres? postgres;
    private readonly ILoggerFactory? logging;
    private readonly BriefUse? use;

    private PrivateStore(string connectionString, EmbeddedPostgres? postgres = null, ILoggerFactory? logging = null, BriefUse? use = null) =>
        (ConnectionString, this.postgres, this.logging, this.use) = (connectionString, postgres, logging, use);

    /// <summary>Leads to the store, wherever it is.</summary>
    public string ConnectionString { get; }

    /// <summary>The server; null when the store is configured to be elsewhere.</summary>
    public EmbeddedPostgres? Postgres => postgres;

    /// <summary>Starts the server unless the store is configured to be elsewhere.</summary>
    /// <param name="settings">The configuration.</param>
    /// <param name="directory">Where the server keeps its files, by the data directory.</param>
    /// <param name="output">Is told that it may take a moment.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="EmbeddedPostgresException">The server can't run.</exception>
    public static async Task<PrivateStore> OpenAsync(
        CheckedSettings settings, Func<string, string> directory, TextWriter output, CancellationToken cancellation)
    {
        if (Elsewhere(settings) is { } elsewhere)
            return elsewhere;
        var data = settings.Options.DataDirectory;
        await output.WriteLineAsync("Starting a private Postgres …");
        var logging = Logging(settings);
        try
        {
            var began = TimeProvider.System.GetTimestamp();
            while (true)
            {
                try
                {
                    var postgres = await StartAsync(directory(data), logging, cancellation);
                    return new(postgres.ConnectionString, postgres, logging);
                }
                catch (EmbeddedPostgresException e) when (
                    e.Failure == EmbeddedPostgresFailure.InUse && TimeProvider.System.GetElapsedTime(began) < Patience && BriefUse.IsTaken(directory(data)))
                {
                    // A digest from cron has it: it is done in a moment.
                    await Task.Delay(Pause, cancellation);
                }
            }
        }
        catch
        {
            logging.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The same for a verb that is done in a moment: where another program runs the private Postgres it joins it, and two such verbs
    /// come one after the other.
    /// </summary>
    /// <inheritdoc cref="OpenAsync" />
    public static async Task<PrivateStore> VisitAsync(CheckedSettings settings, TextWriter output, CancellationToken cancellation)
    {
        if (Elsewhere(settings) is { } elsewhere)
            return elsewhere;
        if (OperatingSystem.IsWindows())
            return await OpenAsync(settings, d => d, output, cancellation);
        var data = settings.Options.DataDirectory;
        var logging = Logging(settings);
        BriefUse? use = null;
        try
        {
            use = await BriefUse.TakeAsync(data, cancellation);
            var began = TimeProvider.System.GetTimestamp();
            while (true)
            {
                try
                {
                    var postgres = await StartAsync(data, logging, cancellation);
                    await output.WriteLineAsync("A private Postgres runs for this.");
                    return new(postgres.ConnectionString, postgres, logging, use);
                }
                catch (EmbeddedPostgresException e) when (e.Failure == EmbeddedPostgresFailure.InUse)
                {
                    if (EmbeddedPostgres.FindRunning(new() { DataDirectory = data }) is { } running && await AnswersAsync(running, cancellation))
                        return new(running, null, logging, use);
                    // Whoever has it starts it, or ends it.
                    if (TimeProvider.System.GetElapsedTime(began) > Patience)
                        throw;
                    await Task.Delay(Pause, cancellation);
                }
            }
        }
        catch
        {
            use?.Dispose();
            logging.Dispose();
            throw;
        }
    }

    private static PrivateStore? Elsewhere(CheckedSettings settings) =>
        settings.Store is { } configured ? new(configured) : null;

    private static ILoggerFactory Logging(CheckedSettings settings) =>
        LoggerFactory.Create(log => log.AddConsoleLines(() => true, settings.Arguments.Verbose, settings.Configuration));

    private static Task<EmbeddedPostgres> StartAsync(string directory, ILoggerFactory logging, CancellationToken cancellation) =>
        EmbeddedPostgres.StartAsync(new() { DataDirectory = directory }, logging.CreateLogger<EmbeddedPostgres>(), cancellation);

    private static async Task<bool> AnswersAsync(string connectionString, CancellationToken cancellation)
    {
        try
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
            await connection.OpenAsync(cancellation);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    /// <summary>The arguments with the store's connection string among them.</summary>
    public DashboardArguments Complete(DashboardArguments arguments) => arguments with
    {
        Settings = new Dictionary<string, string?>(arguments.Settings) { [DashboardData.StoreKey] = ConnectionString },
    };

    public async ValueTask DisposeAsync()
    {
        if (postgres is not null)
            await postgres.DisposeAsync();
        use?.Dispose();
        logging?.Dispose();
    }
}
