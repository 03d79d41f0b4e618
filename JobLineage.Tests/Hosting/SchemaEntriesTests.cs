using JobLineage.Core.Alerts;
using JobLineage.Core.Feed;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Dashboard.Hosting;
using JobLineage.Dashboard.Live;
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
        Assert.Equal(["Not all schemas of source 'jobs' are known and read: /sources says why."], SourceTroubles.Of([], sources.Configured, Now));
        Assert.Equal("Its schemas have not been asked for yet.", Assert.Single(SourceTroubles.Unread([], sources.Configured, [], Now)).Problem);
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

    [Theory]
    [InlineData("tenant_*", "create schema tenant_a; create table tenant_a.oban_jobs (id bigint)")]
    // What is left out is said for ever; which schemas there are is known all the same.
    [InlineData("tenant*", "create schema \"tenant.a\"; create table \"tenant.a\".oban_jobs (id bigint); create schema tenant_a; create table tenant_a.oban_jobs (id bigint)")]
    public async Task A_schema_that_was_dropped_is_of_this_configuration_only_until_it_is_known_which_ones_there_are(string pattern, string schemas)
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(schemas);
        await using var sources = Watched(database.ConnectionString, pattern);
        var left = new SourceStatus("jobs.tenant_gone", FeedState.Stopped, Now.AddDays(-9), null, 0, 0);
        Assert.True(sources.Configured.Has("jobs.tenant_gone"));

        await sources.FindAsync(default);
        Assert.False(sources.Configured.Has("jobs.tenant_gone"));
        Assert.True(sources.Configured.Has("jobs.tenant_a"));
        Assert.DoesNotContain(SourceTroubles.Of([left], sources.Configured, Now), said => said.Contains("tenant_gone"));
    }

    [Fact]
    public async Task A_rule_whose_schema_is_not_there_is_said_once_it_is_known_which_ones_there_are()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("create schema tenant_a; create table tenant_a.oban_jobs (id bigint)");
        await using var sources = Watched(database.ConnectionString, "tenant_*");
        OverdueRule[] rules = [Rule("jobs.tenant_gone", "App.SyncJob"), Rule("jobs.tenant_gone", "App.Other"), Rule("jobs.tenant_a", "App.SyncJob")];
        Assert.Equal(["jobs"], SourceTroubles.Unread([], sources.Configured, rules, Now).Select(u => u.Source));

        await sources.FindAsync(default);
        var known = new SourceStatus("jobs.tenant_a", FeedState.Live, Now, null, 0, 0);
        Assert.Equal([new DigestUnread("jobs.tenant_gone", null, "An overdue rule names it, and there is no such source.")], SourceTroubles.Unread([known], sources.Configured, rules, Now));
        // It was there once, and what is known of it is as old as that.
        var gone = new SourceStatus("jobs.tenant_gone", FeedState.Stopped, Now.AddDays(-9), null, 0, 0);
        Assert.Equal(Now.AddDays(-9), Assert.Single(SourceTroubles.Unread([known, gone], sources.Configured, rules, Now)).AsOf);

        static OverdueRule Rule(string source, string pipeline) => new(source, pipeline, TimeSpan.FromDays(1));
    }

    [Fact]
    public async Task A_schema_that_has_an_entry_of_its_own_is_said_and_read_once()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("create schema tenant_a; create table tenant_a.oban_jobs (id bigint)");
        await using var sources = Watched(database.ConnectionString, "tenant_*", "Jobs.tenant_A");
        Assert.Empty(await sources.FindAsync(default));
        Assert.Equal(["Jobs.tenant_A"], sources.Names);
        Assert.Equal("Schema 'tenant_a' would be source 'jobs.tenant_a', which is configured by itself.", sources.Unfound["jobs"]);
    }

    [Fact]
    public async Task Two_schemas_that_would_be_one_source_are_said_and_one_is_read_whatever_comes_later()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("create schema \"tenant.a\"; create schema tenant_a; create table \"tenant.a\".oban_jobs (id bigint); create table tenant_a.oban_jobs (id bigint)");
        await using var sources = Watched(database.ConnectionString, "tenant*");
        Assert.Equal(["jobs.tenant_a"], await sources.FindAsync(default));
        Assert.Equal("tenant_a", Assert.Single(sources.All).Mapping.Schema);
        Assert.Equal(
            "Schemas 'tenant.a' and 'tenant_a' would both be source 'jobs.tenant_a': 'tenant_a' is read. List the schemas by name in Schemas and leave the other out.", sources.Unfound["jobs"]);
        await database.ExecuteAsync("create schema \"Tenant_B\"; create table \"Tenant_B\".oban_jobs (id bigint)");
        await using var any = Watched(database.ConnectionString, "*enant_?");
        Assert.Equal(["jobs.Tenant_B", "jobs.tenant_a"], (await any.FindAsync(default)).Order(StringComparer.Ordinal));
        await database.ExecuteAsync("create schema tenant_b; create table tenant_b.oban_jobs (id bigint)");
        Assert.Empty(await any.FindAsync(default));
        Assert.Contains("'Tenant_B' is read.", any.Unfound["jobs"]);
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

    [Fact]
    public void What_is_not_found_stands_in_the_order_of_names_and_tells_when_it_changes()
    {
        var (told, configured) = (0, new ConfiguredSources([], [new("b", "Why."), new("a", "Because.")]));
        configured.Changed += () => told++;
        Assert.Equal(["a", "b"], configured.Unfound.Keys);
        configured.Tell([new("a", "Because."), new("b", "Why.")]);
        Assert.Equal(0, told);
        configured.Tell([new("b", "Why.")]);
        Assert.Equal((1, "b"), (told, Assert.Single(configured.Unfound.Keys)));
    }

    private static WatchedSources Watched(string connection, string pattern, params string[] alone) => new(
        SourcesConfigurationReader.Read(new ConfigurationBuilder().AddInMemoryCollection(alone.Append("jobs").SelectMany(name => new Dictionary<string, string?>
        {
            [$"JobLineage:Sources:{name}:Preset"] = "oban",
            [$"JobLineage:Sources:{name}:ConnectionString"] = connection,
        }).Append(new("JobLineage:Sources:jobs:Schemas:0", pattern))).Build()),
        new FeedOptions(), TimeProvider.System);
}
