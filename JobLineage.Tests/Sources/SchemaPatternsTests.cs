using JobLineage.Core.Feed;
using JobLineage.Core.Sources;
using JobLineage.Dashboard.Hosting;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Tests.Sources;

/// <summary>One entry of the configuration for the same table in many schemas.</summary>
public sealed class SchemaPatternsTests
{
    [Fact]
    public async Task Each_schema_is_a_source_and_one_that_is_added_is_found()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("create schema tenant_a; create schema tenant_b; create schema other; create table tenant_a.oban_jobs (id bigint); create table other.oban_jobs (id bigint)");
        var read = Read(database.ConnectionString, ("Schemas:0", "tenant_*"), ("Stuck:After", "01:00:00"));
        Assert.Empty(read.Errors);
        await using var sources = new WatchedSources(read, new FeedOptions(), TimeProvider.System);
        var all = sources.All;
        Assert.Empty(all);
        Assert.Equal(["jobs.tenant_a"], await sources.FindAsync(default));
        await database.ExecuteAsync("create table tenant_b.oban_jobs (id bigint)");
        Assert.Equal(["jobs.tenant_b"], await sources.FindAsync(default));
        Assert.Empty(await sources.FindAsync(default));
        // Who was given the list before has them too.
        Assert.Equal(["jobs.tenant_a tenant_a", "jobs.tenant_b tenant_b"], all.Select(s => $"{s.Name} {s.Mapping.Schema}"));
        Assert.Equal(["jobs.tenant_a", "jobs.tenant_b"], sources.Names);
        Assert.Equal(TimeSpan.FromHours(1), read.Diagnosis.StuckAfterFor("jobs.tenant_b", "Sync"));
    }

    [Fact]
    public void A_terminal_names_the_schema_behind_the_entry()
    {
        var read = Read("Host=h;Database=d", ("Schemas:0", "tenant_*"), ("Schemas:1", "main"));
        Assert.Equal(("jobs.tenant_7", "tenant_7"), SchemaPatterns.Named(read.Sources, "jobs.tenant_7") is { } source ? (source.Name, source.Mapping.Schema) : default);
        Assert.Equal("main", SchemaPatterns.Named(read.Sources, "jobs.main")!.Mapping.Schema);
        Assert.Null(SchemaPatterns.Named(read.Sources, "jobs.public"));
        Assert.Null(SchemaPatterns.Named(read.Sources, "jobs"));
    }

    [Fact]
    public void A_schema_beside_schemas_is_refused_by_name() =>
        Assert.Equal(["JobLineage:Sources:jobs:Schema and JobLineage:Sources:jobs:Schemas exclude each other: list it in Schemas."], Read("Host=h;Database=d", ("Schemas:0", "a"), ("Schema", "b")).Errors);

    private static SourcesConfiguration Read(string connection, params (string Key, string Value)[] settings) =>
        SourcesConfigurationReader.Read(new ConfigurationBuilder().AddInMemoryCollection(
            settings.Append(("Preset", "oban")).Append(("ConnectionString", connection)).Select(s => KeyValuePair.Create($"JobLineage:Sources:jobs:{s.Item1}", (string?)s.Item2))).Build());
}
