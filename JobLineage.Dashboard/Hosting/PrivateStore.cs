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
    private readonly string? connectionString;
    private readonly ILoggerFactory? logging;
    private readonly BriefUse? use;

    private PrivateStore(EmbeddedPostgres? postgres, string? connectionString, ILoggerFactory? logging, BriefUse? use) =>
        (this.postgres, this.connectionString, this.logging, this.use) = (postgres, connectionString, logging, use);

    /// <summary>The server; null when the store is configured to be elsewhere.</summary>
    public EmbeddedPostgres? Postgres => postgres;

    /// <summary>Checks the options, then starts the server unless the store is configured to be elsewhere.</summary>
    /// <param name="arguments">What the command line says.</param>
    /// <param name="directory">Where the server keeps its files, by the data directory.</param>
    /// <param name="output">Is told that it may take a moment.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ConfigurationException">Something is wrong with the options.</exception>
    /// <exception cref="EmbeddedPostgresException">The server can't run.</exception>
    public static async Task<PrivateStore> OpenAsync(
        DashboardArguments arguments, Func<string, string> directory, TextWriter output, CancellationToken cancellation)
    {
        var settings = CheckedSettings.Read(arguments);
        var (configuration, data) = (settings.Configuration, settings.Options.DataDirectory);
        if (!string.IsNullOrEmpty(configuration[DashboardData.StoreKey]))
            return new(null, null, null, null);

        await output.WriteLineAsync("Starting a private Postgres …");
        var logging = Logging(arguments, configuration);
        try
        {
            var began = TimeProvider.System.GetTimestamp();
            while (true)
            {
                try
                {
                    var postgres = await StartAsync(directory(data), logging, cancellation);
                    return new(postgres, postgres.ConnectionString, logging, null);
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
    public static async Task<PrivateStore> VisitAsync(DashboardArguments arguments, TextWriter output, CancellationToken cancellation)
    {
        var settings = CheckedSettings.Read(arguments);
        var (configuration, data) = (settings.Configuration, settings.Options.DataDirectory);
        if (!string.IsNullOrEmpty(configuration[DashboardData.StoreKey]))
            return new(null, null, null, null);
        if (OperatingSystem.IsWindows())
            return await OpenAsync(arguments, d => d, output, cancellation);
        var logging = Logging(arguments, configuration);
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
                    return new(postgres, postgres.ConnectionString, logging, use);
                }
                catch (EmbeddedPostgresException e) when (e.Failure == EmbeddedPostgresFailure.InUse)
                {
                    if (EmbeddedPostgres.FindRunning(new() { DataDirectory = data }) is { } running && await AnswersAsync(running, cancellation))
                        return new(null, running, logging, use);
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

    private static ILoggerFactory Logging(DashboardArguments arguments, IConfiguration configuration) =>
        LoggerFactory.Create(log => log.AddConsoleLines(() => true, arguments.Verbose, configuration));

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
    public DashboardArguments Complete(DashboardArguments arguments) => connectionString is null ? arguments : arguments with
    {
        Settings = new Dictionary<string, string?>(arguments.Settings) { [DashboardData.StoreKey] = connectionString },
    };

    public async ValueTask DisposeAsync()
    {
        if (postgres is not null)
            await postgres.DisposeAsync();
        use?.Dispose();
        logging?.Dispose();
    }
}
