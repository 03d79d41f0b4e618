using JobLineage.Core.Feed;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Dashboard.Hosting;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Tests.Hosting;

/// <summary>An entry for several schemas of which nothing is found is no source that is read, and nobody may take it for one.</summary>
public sealed class SchemaEntriesTests
{
    private static readonly DateTimeOffset Now = Some.Noon;

    [Fact]
    public async Task What_was_not_asked_for_yet_is_said_and_what_is_there_is_not()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("create schema tenant_a; create table tenant_a.oban_jobs (id bigint)");
        await using var sources = Watched(database.ConnectionString, "tenant_*");
        Assert.Equal(["Not all schemas of source 'jobs' are known and read: the log says why."], SourceTroubles.Of([], sources.Configured, Now));
        Assert.Equal("Its schemas have not been asked for yet.", Assert.Single(SourceTroubles.Unread([], sources.Configured, Now)).Problem);
        // What the store has of it is of this configuration, though it is not found yet.
        var known = new SourceStatus("jobs.tenant_a", FeedState.Stopped, Now, null, 0, 0);
        Assert.Contains("No replica reads source 'jobs.tenant_a'.", SourceTroubles.Of([known], sources.Configured, Now));
        Assert.True(sources.Configured.Has("jobs.tenant_a"));
        Assert.False(sources.Configured.Has("jobs.other"));

        await sources.FindAsync(default);
        Assert.Empty(sources.Unfound);
        Assert.Equal(["Source 'jobs.tenant_a' has not been read yet."], SourceTroubles.Of([], sources.Configured, Now));
    }

    [Fact]
    public async Task A_pattern_that_means_nothing_and_a_database_that_does_not_answer_are_said()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("create schema tenant_a; create table tenant_a.oban_jobs (id bigint)");
        await using (var misspelt = Watched(database.ConnectionString, "tenat_*"))
        {
            Assert.Empty(await misspelt.FindAsync(default));
            Assert.Equal("No schema that this user may see is one of tenat_* and has a table oban_jobs.", misspelt.Unfound["jobs"]);
            Assert.NotEmpty(SourceTroubles.Of([], misspelt.Configured, Now));
        }

        await using var away = Watched("Host=127.0.0.1;Port=1;Username=x;Database=x;Timeout=2", "tenant_*");
        Assert.Empty(await away.FindAsync(default));
        Assert.StartsWith("The database of source 'jobs' can't be reached", away.Unfound["jobs"]);
    }

    [Fact]
    public async Task Two_schemas_that_would_be_one_source_are_said_and_the_first_is_read()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("create schema \"tenant.a\"; create schema tenant_a; create table \"tenant.a\".oban_jobs (id bigint); create table tenant_a.oban_jobs (id bigint)");
        await using var sources = Watched(database.ConnectionString, "tenant*");
        Assert.Equal(["jobs.tenant_a"], await sources.FindAsync(default));
        Assert.Equal("Schemas 'tenant.a' and 'tenant_a' would both be source 'jobs.tenant_a': the first is read. Give the other an entry of its own.", sources.Unfound["jobs"]);
    }

    [Fact]
    public void Its_limits_are_those_of_its_own_entry_and_no_other_ones()
    {
        var read = SourcesConfigurationReader.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["JobLineage:Sources:eu:Preset"] = "oban",
            ["JobLineage:Sources:eu:Stuck:After"] = "01:00:00",
            ["JobLineage:Sources:eu:ConnectionString"] = "Host=h",
            ["JobLineage:Sources:eu.app:Preset"] = "oban",
            ["JobLineage:Sources:eu.app:Stuck:After"] = "02:00:00",
            ["JobLineage:Sources:eu.app:ConnectionString"] = "Host=h",
            ["JobLineage:Sources:eu.app:Schemas:0"] = "t*",
            ["JobLineage:Sources:eu.plain:Preset"] = "oban",
            ["JobLineage:Sources:eu.plain:ConnectionString"] = "Host=h",
        }).Build());
        Assert.Empty(read.Errors);
        Assert.Equal(
            [TimeSpan.FromHours(1), TimeSpan.FromHours(2), TimeSpan.FromMinutes(5)],
            new[] { "eu", "eu.app.t1", "eu.plain" }.Select(source => read.Diagnosis.StuckAfterFor(source, "Sync")));
    }

    private static WatchedSources Watched(string connection, string pattern) => new(
        SourcesConfigurationReader.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["JobLineage:Sources:jobs:Preset"] = "oban",
            ["JobLineage:Sources:jobs:ConnectionString"] = connection,
            ["JobLineage:Sources:jobs:Schemas:0"] = pattern,
        }).Build()),
        new FeedOptions(), TimeProvider.System);
}
