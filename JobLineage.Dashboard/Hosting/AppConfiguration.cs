using Microsoft.Extensions.Configuration.Memory;

namespace JobLineage.Dashboard.Hosting;

/// <summary>Where settings come from, for the dashboard and for every other verb alike.</summary>
public static class AppConfiguration
{
    private const string FileName = "appsettings.json";

    private static readonly Dictionary<string, string?> Defaults = new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:Quartz"] = "Warning",
        // It would say at every start that the keys of cookies are not encrypted; who reads the store can't sign in by them.
        ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection"] = "Error",
    };

    /// <summary>
    /// Later ones go first: defaults, the program's appsettings.json, the current directory's, the environment, the
    /// command line.
    /// </summary>
    /// <exception cref="ConfigurationException">A file can't be read.</exception>
    public static void AddTo(IConfigurationBuilder builder, DashboardArguments arguments)
    {
        builder.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Defaults });
        AddFile(builder, arguments.ContentRoot);
        if (!SamePath(arguments.ContentRoot, arguments.CurrentDirectory))
            AddFile(builder, arguments.CurrentDirectory);
        builder.AddEnvironmentVariables();
        if (arguments.OwnSections.Count > 0)
            LeaveOut(builder, arguments.OwnSections);
        builder.AddInMemoryCollection(arguments.Settings);
        if (arguments.Verbose)
            builder.AddInMemoryCollection([new("Logging:LogLevel:Default", "Debug"), new("Logging:LogLevel:Microsoft", "Information")]);
        if (arguments.Urls is { Length: > 0 } urls)
            builder.AddInMemoryCollection([new("urls", urls)]);
    }

    /// <summary>The configuration of a verb that serves nothing.</summary>
    /// <exception cref="ConfigurationException">A file can't be read.</exception>
    public static IConfigurationRoot Build(DashboardArguments arguments)
    {
        // A host reads these by itself, and addresses are often given so: both must judge the same ones.
        var builder = new ConfigurationBuilder().AddEnvironmentVariables("DOTNET_").AddEnvironmentVariables("ASPNETCORE_");
        AddTo(builder, arguments);
        return Readable(builder.Build);
    }

    private static void LeaveOut(IConfigurationBuilder builder, IReadOnlyList<string> sections)
    {
        var all = builder as IConfiguration ?? Readable(builder.Build);
        var kept = all.AsEnumerable()
            .Where(s => s.Value is not null && !sections.Any(x => s.Key.StartsWith(x + ':', StringComparison.OrdinalIgnoreCase)))
            .ToList();
        builder.Sources.Clear();
        builder.AddInMemoryCollection(kept);
    }

    private static void AddFile(IConfigurationBuilder builder, string directory) =>
        // Not watched: options are read once, and each watch takes one of the few inotify instances of the machine.
        Readable(() => builder.AddJsonFile(Path.GetFullPath(Path.Combine(directory, FileName)), optional: true, reloadOnChange: false));

    /// <summary>Turns what a broken file throws into a sentence that names the file.</summary>
    /// <exception cref="ConfigurationException">The file can't be read.</exception>
    internal static T Readable<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException([e.InnerException is null ? e.Message : $"{e.Message} {e.GetBaseException().Message}"]);
        }
    }

    private static bool SamePath(string a, string b) =>
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(a)) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(b));
}
