using System.Text.RegularExpressions;
using JobLineage.Core.Configuration;
using JobLineage.Dashboard.Hosting;
using JobLineage.Tests.Architecture;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Hosting;

public sealed partial class ConfigurationKeysTests
{
    /// <summary>Who reads a key declares it: <see cref="SectionAttribute"/>. One that is read past it would be an error to whoever sets it.</summary>
    [Fact]
    public void Every_key_that_the_code_names_is_declared()
    {
        var named = Sources().SelectMany(file => Key().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value.TrimEnd(':'))).Distinct().ToList();

        Assert.Contains("JobLineage:DataDirectory", named);
        Assert.All(named, key => Assert.True(
            Find(key) is not null, $"{key} is in no options type: add a property with a setting to one that has its [Section]."));
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

    /// <summary>What no sentence may repeat is also masked where it stands in another sentence.</summary>
    [Fact]
    public void Every_secret_is_known_to_what_masks_them()
    {
        var secrets = ConfigurationKeys.Known.All().Where(key => key.Key.Setting?.IsSecret == true).Select(key => key.Path.Replace("<name>", "oban", StringComparison.Ordinal)).ToList();

        Assert.Contains("JobLineage:Digest:Slack:Url", secrets);
        foreach (var key in secrets.Where(key => !key.EndsWith("Endpoint", StringComparison.Ordinal)))
        {
            var isConnection = key.StartsWith("ConnectionStrings", StringComparison.Ordinal) || key.EndsWith("ConnectionString", StringComparison.Ordinal);
            var errors = new ConfigurationErrors(ReadOptions.Configuration([(key, isConnection ? "Host=h;Password=my-horse" : "my-horse")]));
            errors.Add("JobLineage:Anything", "is my-horse");
            Assert.True(errors.Sentences is ["JobLineage:Anything is [redacted]."], $"{key}: {errors.Sentences[0]}");
        }
    }

    private static KnownKey? Find(string path) => path.Split(':').Aggregate((KnownKey?)ConfigurationKeys.Known, (at, name) => at?.Find(name));

    private static IEnumerable<string> Sources() => SourceFiles.Of("", ".cs")
        .Where(file => file.Name.StartsWith("JobLineage.Core", StringComparison.Ordinal) || file.Name.StartsWith("JobLineage.Dashboard", StringComparison.Ordinal))
        .Select(file => file.Path);

    [GeneratedRegex("\"((?:JobLineage|ConnectionStrings):[A-Za-z]+(?::[A-Za-z]+)*)")]
    private static partial Regex Key();
}
