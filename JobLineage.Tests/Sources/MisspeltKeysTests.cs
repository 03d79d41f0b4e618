using System.Text;
using JobLineage.Core.Sources;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Tests.Sources;

public sealed class MisspeltKeysTests
{
    private static readonly MisspeltKeys Keys = new(
    [
        "JobLineage:Sources:**", "JobLineage:History:**", "JobLineage:History:KeepRuns", "JobLineage:DataDirectory", "JobLineage:Access:Password", "JobLineage:Access:ApiToken",
        "JobLineage:Redact:**", "ConnectionStrings:Store",
    ], provider => provider is StreamConfigurationProvider);

    [Theory]
    [InlineData("JobLineage:Sorces:oban:Preset", "JobLineage:Sorces is not a known key; did you mean Sources?")]
    [InlineData("JobLineage:KeepRuns", "JobLineage:KeepRuns is not a known key; it belongs in JobLineage:History:KeepRuns.")]
    [InlineData("JobLineage:Password", "JobLineage:Password is not a known key; it belongs in JobLineage:Access:Password.")]
    [InlineData("JobLineage:Access:Pasword", "JobLineage:Access:Pasword is not a known key; did you mean Password?")]
    [InlineData("JobLineage:Access", "JobLineage:Access has a value; it is a section with ApiToken, Password.")]
    [InlineData("JobLineage:Quux", "JobLineage:Quux is not a known key; known are Access, DataDirectory, History, Redact, Sources.")]
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
    [InlineData("JobLineage:Sources:oban:Anything:below", "x")]
    [InlineData("JobLineage:Redact", "password, token")]
    [InlineData("JobLineage:History:KeepRun", "its reader says it")]
    [InlineData("joblineage:datadirectory", "x")]
    [InlineData("Logging:LogLevel:Default", "x")]
    [InlineData("PATH", "/bin")]
    [InlineData("SOURCES", "x")]
    [InlineData("ConnectionStrings:Core", "of another program")]
    [InlineData("JOBLINEAGE_TESTED", "x")]
    public void What_is_read_and_what_is_nobody_elses_business_trips_nothing(string key, string value) =>
        Assert.Empty(Keys.Find(new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build()));

    private static IConfigurationRoot File(string json) => new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
}
