using JobLineage.Core.Configuration;
using JobLineage.Dashboard.Security;

namespace JobLineage.Dashboard.Hosting;

/// <summary>The dashboard's own options, read and checked once at start.</summary>
[Section("JobLineage")]
public sealed record DashboardOptions
{
    /// <summary>The key of <see cref="DataDirectory"/>.</summary>
    public const string DataDirectoryKey = "JobLineage:DataDirectory";

    /// <summary>
    /// What <c>/healthz/ready</c> answers with while a source is not followed: 200, for taking the pages away in the middle of an
    /// incident helps nobody, or 503.
    /// </summary>
    [Setting(Words = ["200", "503"], Key = "Health:DegradedStatus")]
    public int DegradedStatus { get; init; } = StatusCodes.Status200OK;

    /// <summary>Where files are kept, as a full path; exists and can be written.</summary>
    [Setting]
    public string DataDirectory { get; init; } = ".joblineage";

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
        var read = errors.Reader(configuration).Fill(new DashboardOptions { Addresses = addresses, Access = AccessRules.Read(configuration, addresses, errors) });
        var path = Path.GetFullPath(read.DataDirectory, currentDirectory);
        try
        {
            PrivateDirectory.Create(path, isPassable: Environment.IsPrivilegedProcess);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(DataDirectoryKey, $"must name a directory that can be written: {e.Message}");
        }

        return read with { DataDirectory = path };
    }
}
