using JobLineage.Core.Feed;
using JobLineage.Core.Sources;

namespace JobLineage.Dashboard.Hosting;

/// <summary>The configuration as the program reads it, checked as a whole before anything is started.</summary>
/// <param name="Arguments">What the command line says.</param>
/// <param name="Configuration">All of it.</param>
/// <param name="Options">Where the dashboard listens and keeps its files.</param>
/// <param name="Store">Leads to the store, in Npgsql's terms; null: an embedded private Postgres.</param>
/// <param name="Sources">What is watched.</param>
/// <param name="Feed">How often.</param>
/// <param name="Digest">What is told, to whom.</param>
internal sealed record CheckedSettings(
    DashboardArguments Arguments, IConfiguration Configuration, DashboardOptions Options, string? Store, SourcesConfiguration Sources, FeedOptions Feed, DigestSettings Digest)
{
    /// <summary>Reads it.</summary>
    /// <param name="arguments">What the command line says.</param>
    /// <param name="check">Looks for more that may be wrong.</param>
    /// <exception cref="ConfigurationException">Something is wrong; it says all of it.</exception>
    public static CheckedSettings Read(DashboardArguments arguments, Action<CheckedSettings, ConfigurationErrors>? check = null)
    {
        var configuration = AppConfiguration.Build(arguments);
        var errors = new ConfigurationErrors(configuration);
        var options = DashboardOptions.Read(configuration, arguments.CurrentDirectory, errors);
        var reader = errors.Reader(configuration);
        var read = new CheckedSettings(
            arguments, configuration, options, reader.Read<StoreSection>().Store, DashboardData.ReadSources(configuration, errors), reader.Read<FeedOptions>(),
            DigestSettings.Read(configuration, options, errors));
        check?.Invoke(read, errors);
        errors.AddRange(ConfigurationKeys.Misspelt(configuration));
        errors.ThrowIfAny();
        return read;
    }
}
