using JobLineage.Core.Configuration;

namespace JobLineage.Dashboard.Hosting;

/// <summary>Reports keys that nobody reads, beside all else that is wrong with the configuration.</summary>
internal static class ConfigurationKeys
{
    /// <summary>All that the options types of Core and the dashboard read.</summary>
    public static KnownKey Known { get; } = KnownKey.In(typeof(MisspeltKeys).Assembly, typeof(ConfigurationKeys).Assembly);

    private static readonly MisspeltKeys Keys = new(Known, p => p is FileConfigurationProvider);

    /// <summary>A sentence for each misspelt key.</summary>
    public static IReadOnlyList<string> Misspelt(IConfiguration configuration) => Keys.Find(configuration);
}
