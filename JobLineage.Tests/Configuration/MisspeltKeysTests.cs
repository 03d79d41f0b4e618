using System.Text;
using JobLineage.Core.Configuration;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Tests.Configuration;

public sealed class MisspeltKeysTests
{
    private static readonly MisspeltKeys Keys = new(KnownKey.Of([typeof(All), typeof(Source), typeof(Connections)]), provider => provider is StreamConfigurationProvider);

    [Theory]
    [InlineData("JobLineage:Sorces:oban:Preset", "JobLineage:Sorces is not a known key; did you mean Sources?")]
    [InlineData("JobLineage:KeepRuns", "JobLineage:KeepRuns is not a known key; it belongs in JobLineage:History:KeepRuns.")]
    [InlineData("JobLineage:Password", "JobLineage:Password is not a known key; it belongs in JobLineage:Access:Password.")]
    [InlineData("JobLineage:Access:Pasword", "JobLineage:Access:Pasword is not a known key; did you mean Password?")]
    [InlineData("JobLineage:Access", "JobLineage:Access has a value; it is a section with ApiToken, Password.")]
    [InlineData("JobLineage:Quux", "JobLineage:Quux is not a known key; known are Access, DataDirectory, Digest, History, Redact, Rules, Sources.")]
    [InlineData("JobLineage:Rules", "JobLineage:Rules has a value; it is a list: set JobLineage:Rules:0:Pipeline, :Within.")]
    [InlineData("JobLineage:Rules:0", "JobLineage:Rules:0 has a value; it is a section with Pipeline, Within.")]
    [InlineData("JobLineage:Smtp:Host", "JobLineage:Smtp is not a known key; it belongs in JobLineage:Digest:Smtp.")]
    [InlineData("JobLineage:Preset", "JobLineage:Preset is not a known key; it belongs in JobLineage:Sources:<name>:Preset.")]
    [InlineData("JobLineage:History:KeepRun", "JobLineage:History:KeepRun is not a known key; did you mean KeepRuns?")]
    [InlineData("JobLineage:DataDirectory:below", "JobLineage:DataDirectory:below is not a known key; JobLineage:DataDirectory has nothing below it.")]
    [InlineData("JobLineage:Redact:0:below", "JobLineage:Redact:0:below is not a known key; JobLineage:Redact:0 has nothing below it.")]
    [InlineData("JobLineage:Sources", "JobLineage:Sources has a value; it is a section with names of your own.")]
    [InlineData("JobLineage:Sources:oban", "JobLineage:Sources:oban has a value; it is a section with Limits, Preset, Words.")]
    [InlineData("JobLineage:Sources:oban:Presett", "JobLineage:Sources:oban:Presett is not a known key; did you mean Preset?")]
    [InlineData("JobLineage:Sources:oban:Limits:mail:send:Aftre", "JobLineage:Sources:oban:Limits:mail:send:Aftre is not a known key; did you mean After?")]
    [InlineData("JobLineage:Sources:oban:Limits:mail", "JobLineage:Sources:oban:Limits:mail has a value; it is a section with After.")]
    [InlineData("ConnectionStrings:Stor", "ConnectionStrings:Stor is not a known key; did you mean Store?")]
    [InlineData("JobLinage:Sources:oban:Preset", "JobLinage is not a known section; did you mean JobLineage?")]
    public void A_key_that_nobody_reads_is_told_with_what_was_meant_wherever_it_comes_from(string key, string sentence)
    {
        Assert.Equal([sentence], Keys.Find(new ConfigurationBuilder().AddInMemoryCollection([new(key, "x")]).Build()));
        Assert.Equal([sentence], Keys.Find(File($"{{\"{key}\": \"x\"}}")));
    }

    [Theory]
    [InlineData("Sources:oban:Preset", "Sources is not read at the top; it belongs below JobLineage: JobLineage:Sources.")]
    [InlineData("Sorces:oban:Preset", "Sorces is not read at the top; it belongs below JobLineage: JobLineage:Sources.")]
    [InlineData("KeepRuns", "KeepRuns is not read at the top; it belongs below JobLineage: JobLineage:History:KeepRuns.")]
    [InlineData("ConnectionStrings:Database", "ConnectionStrings:Database is not a known key; known are Store.")]
    public void In_a_file_of_ours_it_is_told_too_where_a_variable_may_be_anothers(string key, string sentence)
    {
        Assert.Equal([sentence], Keys.Find(File($"{{\"{key}\": \"x\"}}")));
        Assert.Empty(Keys.Find(new ConfigurationBuilder().AddInMemoryCollection([new(key, "x")]).Build()));
    }

    [Theory]
    [InlineData("JobLineage:Sources:oban:Preset", "x")]
    [InlineData("joblineage:sources:oban:words:waiting:retry", "x")]
    [InlineData("JobLineage:Sources:oban:Limits:mail:send:After", "x")]
    [InlineData("JobLineage:Redact", "password, token")]
    [InlineData("JobLineage:Redact:0", "password")]
    [InlineData("joblineage:datadirectory", "x")]
    [InlineData("Logging:LogLevel:Default", "x")]
    [InlineData("PATH", "/bin")]
    [InlineData("SOURCES", "x")]
    [InlineData("ConnectionStrings:Core", "of another program")]
    [InlineData("JOBLINEAGE_TESTED", "x")]
    public void What_is_read_and_what_is_nobody_elses_business_trips_nothing(string key, string value) =>
        Assert.Empty(Keys.Find(new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build()));

    [Theory]
    [InlineData("Smtp:Host")]
    [InlineData("Preset:x")]
    [InlineData("Limits:x")]
    public void Another_programs_file_may_have_words_at_its_top_that_we_have_deep_down(string key) => Assert.Empty(Keys.Find(File($"{{\"{key}\": \"x\"}}")));

    private static IConfigurationRoot File(string json) => new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();

    [Section("JobLineage")]
    private sealed record All
    {
        [Setting]
        public string? DataDirectory { get; init; }

        [Setting(Key = "History:KeepRuns")]
        public string? KeepRuns { get; init; }

        [Setting(Key = "Access:Password")]
        public string? Password { get; init; }

        [Setting(Key = "Access:ApiToken")]
        public string? ApiToken { get; init; }

        [Setting(Key = "Digest:Smtp:Host")]
        public string? Host { get; init; }

        [Setting]
        public IReadOnlyList<string> Redact { get; init; } = [];

        [Setting]
        public IReadOnlyList<Rule> Rules { get; init; } = [];
    }

    private sealed record Rule([property: Setting] string Pipeline, [property: Setting] string Within);

    [Section("JobLineage:Sources:*")]
    private sealed record Source
    {
        [Setting]
        public string? Preset { get; init; }

        [Setting]
        public IReadOnlyDictionary<string, string> Words { get; init; } = new Dictionary<string, string>();

        [Setting]
        public IReadOnlyDictionary<string, Limits> Limits { get; init; } = new Dictionary<string, Limits>();
    }

    private sealed record Limits
    {
        [Setting]
        public string? After { get; init; }
    }

    [Section("ConnectionStrings")]
    private sealed record Connections
    {
        [Setting]
        public string? Store { get; init; }
    }
}
