using JobLineage.Core.Sources;

namespace JobLineage.Dashboard.Hosting;

/// <summary>Reports keys that nobody reads, beside all else that is wrong with the configuration.</summary>
internal static class ConfigurationKeys
{
    /// <summary>All that Core and the dashboard declare to read.</summary>
    public static IReadOnlyList<string> Known { get; } = ReadsConfigurationAttribute.In(typeof(MisspeltKeys).Assembly, typeof(ConfigurationKeys).Assembly);

    private static readonly MisspeltKeys Keys = new(Known, p => p is FileConfigurationProvider);

    /// <summary>A sentence for each misspelt key.</summary>
    public static IReadOnlyList<string> Misspelt(IConfiguration configuration) => Keys.Find(configuration);
}
