using System.Reflection;
using System.Text.RegularExpressions;
using JobLineage.Core.Alerts;
using JobLineage.Core.Configuration;
using JobLineage.Dashboard.Hosting;
using JobLineage.Tests.Architecture;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Hosting;

public sealed partial class ConfigurationKeysTests
{
    /// <summary>
    /// Who reads a key declares it: <see cref="SectionAttribute"/>. One that is read past it would be an error to whoever sets it. These are the keys
    /// that stand in the code as they are, those that constants are put together to, and what is asked of a source's section.
    /// </summary>
    [Fact]
    public void Every_key_that_the_code_names_is_declared()
    {
        var named = Sources().SelectMany(file => Key().Matches(File.ReadAllText(file.Path)).Select(m => m.Groups[1].Value.TrimEnd(':')))
            .Concat(Constants())
            .Concat(Sources().SelectMany(file => SourceKey().Matches(File.ReadAllText(file.Path)).Select(m => $"JobLineage:Sources:oban:{m.Groups[1].Value}")))
            .Concat(Enum.GetValues<ChannelKind>().SelectMany(channel => DigestPlans.Of(new() { Channel = channel }).Keys))
            .Distinct().ToList();

        Assert.Contains("JobLineage:DataDirectory", named);
        Assert.Contains("JobLineage:Access:Password", named);
        Assert.Contains("JobLineage:Sources:oban:ParentId", named);
        Assert.Contains("JobLineage:Digest:Smtp:Password", named);
        Assert.All(named, key => Assert.True(
            Find(key) is not null, $"{key} is in no options type: add a property with a setting to one that has its [Section]."));
    }

    /// <summary>
    /// So that the test above sees it: outside the reader of options the configuration is asked for what is written there, or for a constant whose name
    /// ends with <c>Key</c>. What remains unseen is a key that a variable holds and that is asked of a section, and a configuration in a variable that is not
    /// called so.
    /// </summary>
    [Fact]
    public void No_key_is_put_together_where_it_is_read() => Assert.Equal(
        [],
        Sources().Where(file => !file.Name.StartsWith("JobLineage.Core/Configuration/", StringComparison.Ordinal))
            .SelectMany(file => Reading().Matches(File.ReadAllText(file.Path)).Where(m => !Plain().IsMatch(m.Groups["key"].Value)).Select(m => $"{file.Name}: {m.Value}")));

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

        var error = Assert.Throws<ConfigurationException>(() => Store(folder, "postgres://me:hush@db/app?nonsense=hush"));

        Assert.Equal("ConnectionStrings:Store has the parameter nonsense, which is not understood here; leave it out, or correct its name.", Assert.Single(error.Sentences));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData(" ", null)]
    [InlineData(" postgres://me:h%20sh@db:6432/app?sslmode=require&options=-c%20geqo%3Doff ", "Host=db;Port=6432;Database=app;Username=me;Password=\"h sh\";SSL Mode=Require;Options=\"-c geqo=off\"")]
    public void A_blank_store_is_as_none_and_any_other_is_read_once(string configured, string? store)
    {
        using var folder = new TempFolder();

        var read = Store(folder, configured);

        Assert.Equal(store is null ? null : Parts(store), read is null ? null : Parts(read));
        // The host is given what was read, and reads it again.
        Assert.Equal(read, read is null ? null : Store(folder, read));
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

    private static string? Store(TempFolder folder, string configured) => CheckedSettings.Read(new()
    {
        CurrentDirectory = folder.Path,
        Settings = new Dictionary<string, string?> { [DashboardData.StoreKey] = configured, [DashboardOptions.DataDirectoryKey] = folder.Below("data") },
    }).Store;

    private static Dictionary<string, object?> Parts(string connection) => new NpgsqlConnectionStringBuilder(connection).ToDictionary(part => part.Key, part => part.Value);

    private static IEnumerable<(string Name, string Path)> Sources() => SourceFiles.Of("", ".cs")
        .Where(file => file.Name.StartsWith("JobLineage.Core", StringComparison.Ordinal) || file.Name.StartsWith("JobLineage.Dashboard", StringComparison.Ordinal));

    /// <summary>The keys that constants hold, however these are put together.</summary>
    private static IEnumerable<string> Constants() => new[] { typeof(KnownKey).Assembly, typeof(ConfigurationKeys).Assembly }
        .SelectMany(assembly => assembly.GetTypes())
        .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Where(field => field.IsLiteral && field.FieldType == typeof(string))
        .Select(field => (string)field.GetRawConstantValue()!)
        .Where(value => Key().IsMatch($"\"{value}\""));

    [GeneratedRegex("\"((?:JobLineage|ConnectionStrings):[A-Za-z]+(?::[A-Za-z]+)*)")]
    private static partial Regex Key();

    [GeneratedRegex("""\bsection\["([A-Za-z:]+)"\]""")]
    private static partial Regex SourceKey();

    [GeneratedRegex("""onfiguration(?:\[|\.GetSection\(|\.GetRequiredSection\(|\.GetValue(?:<[^>]*>)?\(|\.GetConnectionString\()(?<key>[^\])]*)""")]
    private static partial Regex Reading();

    [GeneratedRegex("""^(?:"[^"{]+"|(?:[A-Za-z]+\.)?[A-Za-z]*Key)$""")]
    private static partial Regex Plain();
}
