using JobLineage.Core.Sources;

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

    /// <summary>
    /// Registers <see cref="Core.Runs.IRunReader"/>, <see cref="Core.Runs.IRunSignal"/> and the feeds; a host without them
    /// is refused by <see cref="DashboardHost.Build"/>.
    /// </summary>
    public static void AddTo(DashboardSetup setup) =>
        setup.Builder.Services.AddSingleton(ReadSources(setup.Builder.Configuration, setup.Errors));
}
