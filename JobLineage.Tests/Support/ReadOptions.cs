using JobLineage.Core.Configuration;
using JobLineage.Core.Sources;
using JobLineage.Dashboard.Hosting;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Tests.Support;

/// <summary>Options as a start reads them: with all that is wrong, keys that nobody reads among it.</summary>
internal static class ReadOptions
{
    public static IConfigurationRoot Configuration(IEnumerable<(string Key, string? Value)> settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))).Build();

    public static SourcesConfiguration Sources(IEnumerable<(string Key, string? Value)> settings)
    {
        var configuration = Configuration(settings);
        var read = SourcesConfigurationReader.Read(configuration);
        return read with { Errors = [.. read.Errors, .. ConfigurationKeys.Misspelt(configuration)] };
    }

    /// <summary>An options type at its own section.</summary>
    public static (T Options, IReadOnlyList<string> Errors) Of<T>(params (string Key, string? Value)[] settings)
        where T : class, new()
    {
        var errors = new List<string>();
        var configuration = Configuration(settings);
        var read = new OptionsReader(configuration, errors.Add).Read<T>();
        return (read, [.. errors, .. ConfigurationKeys.Misspelt(configuration)]);
    }
}
