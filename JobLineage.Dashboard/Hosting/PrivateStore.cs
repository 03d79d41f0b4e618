using JobLineage.Core.Embedded;

namespace JobLineage.Dashboard.Hosting;

/// <summary>
/// A Postgres of our own, where none is configured. It is started before the host and ends after it: so the host handles
/// the signals, and the store answers until the last request has ended.
/// </summary>
internal sealed class PrivateStore(EmbeddedPostgres? postgres, ILoggerFactory? logging) : IAsyncDisposable
{
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
        // What is wrong with the options is said before anything is started.
        var configuration = AppConfiguration.Build(arguments);
        var errors = new ConfigurationErrors();
        var options = DashboardOptions.Read(configuration, arguments.CurrentDirectory, errors);
        DashboardData.ReadSources(configuration, errors);
        DashboardData.CheckStore(configuration, errors);
        errors.AddRange(ConfigurationKeys.Misspelt(configuration));
        DigestSettings.Read(configuration, options, errors);
        errors.ThrowIfAny();
        if (!string.IsNullOrEmpty(configuration[DashboardData.StoreKey]))
            return new(null, null);

        await output.WriteLineAsync("Starting a private Postgres …");
        var logging = LoggerFactory.Create(log => log.AddConsoleLines(() => true, arguments.Verbose, configuration));
        try
        {
            return new(
                await EmbeddedPostgres.StartAsync(
                    new() { DataDirectory = directory(options.DataDirectory) }, logging.CreateLogger<EmbeddedPostgres>(), cancellation),
                logging);
        }
        catch
        {
            logging.Dispose();
            throw;
        }
    }

    /// <summary>The arguments with the store's connection string among them.</summary>
    public DashboardArguments Complete(DashboardArguments arguments) => postgres is null ? arguments : arguments with
    {
        Settings = new Dictionary<string, string?>(arguments.Settings) { [DashboardData.StoreKey] = postgres.ConnectionString },
    };

    public async ValueTask DisposeAsync()
    {
        if (postgres is not null)
            await postgres.DisposeAsync();
        logging?.Dispose();
    }
}
