using JobLineage.Core.Sources;
using JobLineage.Dashboard.Security;

namespace JobLineage.Dashboard.Hosting;

/// <summary>The dashboard's own options, read and checked once at start.</summary>
[ReadsConfiguration(DataDirectoryKey)]
public sealed class DashboardOptions
{
    /// <summary>The key of <see cref="DataDirectory"/>.</summary>
    public const string DataDirectoryKey = "JobLineage:DataDirectory";

    /// <summary>Where files are kept, as a full path; exists and can be written.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Who may see what.</summary>
    public required AccessRules Access { get; init; }

    /// <summary>The addresses to listen on.</summary>
    public required ListenAddresses Addresses { get; init; }

    /// <summary>Reads the options; what is wrong with them goes to <paramref name="errors"/>.</summary>
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="currentDirectory">What a relative data directory is relative to.</param>
    /// <param name="errors">Receives one sentence for each error.</param>
    public static DashboardOptions Read(IConfiguration configuration, string currentDirectory, ConfigurationErrors errors)
    {
        var addresses = ListenAddresses.Read(configuration, errors);
        return new()
        {
            Addresses = addresses,
            Access = AccessRules.Read(configuration, addresses, errors),
            DataDirectory = ReadDataDirectory(configuration, currentDirectory, errors),
        };
    }

    private static string ReadDataDirectory(IConfiguration configuration, string currentDirectory, ConfigurationErrors errors)
    {
        var configured = configuration[DataDirectoryKey] is { Length: > 0 } value ? value : ".joblineage";
        var path = Path.GetFullPath(configured, currentDirectory);
        try
        {
            PrivateDirectory.Create(path, isPassable: Environment.IsPrivilegedProcess);
            PrivateDirectory.Create(KeysDirectory(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(DataDirectoryKey, $"must name a directory that can be written: {e.Message}");
        }

        return path;
    }

    /// <summary>Where the keys that protect cookies and forms are kept.</summary>
    internal static string KeysDirectory(string dataDirectory) => Path.Combine(dataDirectory, "keys");
}
