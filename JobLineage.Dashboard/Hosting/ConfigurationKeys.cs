using JobLineage.Core.Sources;

namespace JobLineage.Dashboard.Hosting;

/// <summary>Reports keys that nobody reads, beside all else that is wrong with the configuration.</summary>
internal static class ConfigurationKeys
{
    private static readonly Lazy<MisspeltKeys> Keys = new(() => new(Known));

    /// <summary>All that Core and the dashboard declare to read.</summary>
    public static IReadOnlyList<string> Known { get; } = ReadsConfigurationAttribute.In(typeof(MisspeltKeys).Assembly, typeof(ConfigurationKeys).Assembly);

    /// <summary>A sentence for each misspelt key.</summary>
    public static IReadOnlyList<string> Misspelt(IConfiguration configuration) => Keys.Value.Find(configuration);
}
