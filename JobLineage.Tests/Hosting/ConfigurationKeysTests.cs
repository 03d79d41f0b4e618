using System.Text.RegularExpressions;
using JobLineage.Core.Sources;
using JobLineage.Dashboard.Hosting;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Hosting;

public sealed partial class ConfigurationKeysTests
{
    /// <summary>Who reads a key declares it: <see cref="ReadsConfigurationAttribute"/>. One that is read and not declared would be an error to whoever sets it.</summary>
    [Fact]
    public void Every_key_that_the_code_names_is_declared()
    {
        var named = Sources().SelectMany(file => Key().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value.TrimEnd(':'))).Distinct().ToList();

        Assert.Contains("JobLineage:DataDirectory", named);
        Assert.All(named, key => Assert.True(
            ConfigurationKeys.Known.Any(k => k == key || k.StartsWith(key + ":", StringComparison.Ordinal) || k.EndsWith(":**", StringComparison.Ordinal) && (key + ":").StartsWith(k[..^2], StringComparison.Ordinal)),
            $"{key} is read and not declared: add [ReadsConfiguration(\"{key}\")] to the class that reads it."));
    }

    [Fact]
    public void All_levels_are_reported_together_at_the_start()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.Below("appsettings.json"), """
            { "Sources": { "oban": {} }, "JobLineage": { "Sorces": {}, "KeepRuns": "1.00:00:00", "Sorces2": { "x": "y" }, "Access": { "Pasword": "correct horse" } }, "ConnectionStrings": { "Stor": "Host=x" } }
            """);

        var error = Assert.Throws<ConfigurationException>(() => TestDashboard.Build(folder, "http://127.0.0.1:0", []));

        Assert.Equal(
            [
                "ConnectionStrings:Stor is not a known key; did you mean Store?",
                "JobLineage:Access:Pasword is not a known key; did you mean Password?",
                "JobLineage:KeepRuns is not a known key; it belongs in JobLineage:History:KeepRuns.",
                "JobLineage:Sorces is not a known key; did you mean Sources?",
                "JobLineage:Sorces2 is not a known key; did you mean Sources?",
                "Sources is not read at the top; it belongs below JobLineage: JobLineage:Sources.",
            ],
            error.Sentences.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_store_that_cannot_be_reached_as_it_is_written_is_told_by_its_key_and_without_its_password()
    {
        using var folder = new TempFolder();

        var error = Assert.Throws<ConfigurationException>(() => TestDashboard.Build(
            folder, "http://127.0.0.1:0", [(DashboardData.StoreKey, "postgres://me:hush@db/app?nonsense=hush")],
            more: setup => DashboardData.CheckStore(setup.Builder.Configuration, setup.Errors)));

        Assert.Equal("ConnectionStrings:Store has the parameter nonsense, which is not understood here; leave it out, or correct its name.", Assert.Single(error.Sentences));
    }

    private static IEnumerable<string> Sources()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "JobLineage.sln")))
            directory = directory.Parent;
        return new[] { "JobLineage.Core", "JobLineage.Dashboard" }
            .SelectMany(project => Directory.EnumerateFiles(Path.Combine(directory.FullName, project), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}"));
    }

    [GeneratedRegex("\"((?:JobLineage|ConnectionStrings):[A-Za-z]+(?::[A-Za-z]+)*)")]
    private static partial Regex Key();
}
