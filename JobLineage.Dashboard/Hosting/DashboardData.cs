using JobLineage.Core.Feed;
using JobLineage.Core.Lineage;
using JobLineage.Core.Postgres;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Access;
using JobLineage.Core.Store.History;
using JobLineage.Core.Store.Reading;
using JobLineage.Dashboard.Live;
using Npgsql;

namespace JobLineage.Dashboard.Hosting;

/// <summary>
/// The one place where the data joins the host: the store's reader and signal, and the feeds that fill the store from the
/// configured sources.
/// </summary>
internal static class DashboardData
{
    /// <summary>The key of the connection string to the store.</summary>
    public const string StoreKey = "ConnectionStrings:Store";

    /// <summary>Reads the sources; what is wrong with them goes to <paramref name="errors"/>.</summary>
    public static SourcesConfiguration ReadSources(IConfiguration configuration, ConfigurationErrors errors)
    {
        var sources = SourcesConfigurationReader.Read(configuration);
        errors.AddRange(sources.Errors);
        return sources;
    }

    /// <summary>Registers <see cref="IRunReader"/>, <see cref="IRunSignal"/> and the feeds.</summary>
    public static void AddTo(DashboardSetup setup)
    {
        var sources = ReadSources(setup.Builder.Configuration, setup.Errors);
        var store = setup.Errors.Reader(setup.Builder.Configuration).Read<StoreSection>().Store;
        var services = setup.Builder.Services;
        var feed = setup.Errors.Reader(setup.Builder.Configuration).Read<FeedOptions>();
        services.AddSingleton(sources);
        services.AddSingleton(feed);
        services.AddSingleton(s => new Outage(s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(_ => StoreDatabase.Create(store!));
        services.AddSingleton<IKeyStore>(s => new KeyStore(s.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton<ISessionStore>(s => new SessionStore(s.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton(s => new RunReader(
            s.GetRequiredService<NpgsqlDataSource>(), sources.Diagnosis, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IRunReader>(s => s.GetRequiredService<RunReader>());
        services.AddSingleton(sources.Diagnosis);
        services.AddSingleton<IRunComparisons>(s => new CompareReader(s.GetRequiredService<NpgsqlDataSource>(), s.GetRequiredService<RunReader>()));
        services.AddSingleton<IRunExports>(s => new ExportReader(s.GetRequiredService<NpgsqlDataSource>(), s.GetRequiredService<RunReader>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IRunSql, SourcesSql>();
        services.AddSingleton<IRunViews>(s => new ViewsReader(s.GetRequiredService<NpgsqlDataSource>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => s.GetRequiredService<WatchedSources>().Configured);
        services.AddSingleton(s => new QueueLinks(name => s.GetRequiredService<WatchedSources>().All.FirstOrDefault(w => w.Name == name)?.Mapping));
        services.AddSingleton(s => new RunSignal(
            s.GetRequiredService<NpgsqlDataSource>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<RunSignal>>(), s.GetRequiredService<Outage>()));
        services.AddSingleton<IRunSignal>(s => s.GetRequiredService<RunSignal>());
        services.AddSingleton<IAttention>(s => s.GetRequiredService<RunHub>());
        services.AddSingleton<WatchedSources>();
        services.AddSingleton<INativeRows>(s => new NativeRows(s.GetRequiredService<WatchedSources>().All, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IQueues>(s => new WatchedQueues(s.GetRequiredService<WatchedSources>().All, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ISourceChecks>(s => new WatchedChecks(s.GetRequiredService<WatchedSources>().All));
        services.AddSingleton<IUntrackedLineage, UntrackedLineage>();
        services.AddSingleton<IForgetting>(s => new Forgetting(s.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton<IPutAside>(s => new PutAside(s.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton(s => new Leader(
            s.GetRequiredService<NpgsqlDataSource>(), s.GetRequiredService<WatchedSources>().All, s.GetRequiredService<IAttention>(),
            feed, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILoggerFactory>(), s.GetRequiredService<Outage>(),
            s.GetRequiredService<StoreUpgrade>().Tell));
        services.AddHostedService<SchemaWatch>();
        services.AddHostedService(s => s.GetRequiredService<RunSignal>());
        services.AddHostedService(s => s.GetRequiredService<Leader>());
        DigestServices.AddTo(setup);
    }
}
