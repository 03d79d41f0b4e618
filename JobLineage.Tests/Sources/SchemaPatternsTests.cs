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

    [Theory]
    [InlineData("jobs.tenant_acme", "tenant.acme")]
    [InlineData("jobs.tenant.acme", "tenant.acme")]
    [InlineData("jobs.both_a", "both_a")]
    [InlineData("jobs.both.a", "both.a")]
    [InlineData("jobs.a_b", "a*b")]
    [InlineData("jobs.eu.acme", "eu.acme")]
    [InlineData("jobs.eu_acme", null)]
    public void A_schema_that_is_listed_by_its_name_may_be_written_as_its_source_is_called(string written, string? schema)
    {
        var read = Read("Host=h;Database=d", ("Schemas:0", "tenant.acme"), ("Schemas:1", "both.a"), ("Schemas:2", "both_a"), ("Schemas:3", "a\\*b"), ("Schemas:4", "eu.*"));
        Assert.Equal(schema, SchemaPatterns.Named(read.Sources, written)?.Mapping.Schema);
    }

    [Theory]
    [InlineData("tenant.*", "jobs.tenant_a", true)]
    [InlineData("tenant?a", "jobs.tenant_a", true)]
    [InlineData("größe", "jobs.gr__e", true)]
    [InlineData("tenant.*", "jobs.tenant.a", false)]
    [InlineData("tenant.*", "jobs.tenan_a", false)]
    [InlineData("a\\*b", "jobs.a_b", true)]
    [InlineData("a\\*b", "jobs.axxb", false)]
    [InlineData("tenant.*", "other.tenant_a", false)]
    public void The_name_of_a_source_is_compared_with_what_is_left_of_a_pattern_in_such_a_name(string pattern, string name, bool isMeant) =>
        Assert.Equal(isMeant, SchemaPatterns.Means(Assert.Single(Read("Host=h;Database=d", ("Schemas:0", pattern)).Sources), name));

    [Fact]
    public void Of_schemas_that_would_have_one_name_that_is_read_whose_name_needs_no_change_and_all_are_said()
    {
        var found = Choose("b.a", "b_a", "b a", "x.1", "x:1", "y");
        Assert.Equal(["b_a", "x.1", "y"], found.Sources.Select(s => s.Mapping.Schema));
        Assert.Equal(
            "Schemas 'b.a', 'b_a' and 'b a' would all be source 'jobs.b_a': 'b_a' is read. Schemas 'x.1' and 'x:1' would both be source 'jobs.x_1': 'x.1' is read. "
            + "List the schemas by name in Schemas and leave the others out.", found.Problem);
        Assert.True(found.AreKnown);
    }

    [Fact]
    public void What_is_read_already_is_not_given_up_for_one_that_came_later()
    {
        var found = SchemaPatterns.Choose(All, [], new Dictionary<string, string> { ["jobs.b_a"] = "b.a" }, ["b.a", "b_a"]);
        Assert.Equal("b.a", Assert.Single(found.Sources).Mapping.Schema);
        Assert.Equal("Schemas 'b.a' and 'b_a' would both be source 'jobs.b_a': 'b.a' is read. List the schemas by name in Schemas and leave the other out.", found.Problem);
    }

    [Fact]
    public void A_schema_whose_source_is_configured_by_itself_is_said_and_not_read()
    {
        var found = SchemaPatterns.Choose(All, ["Jobs.Tenant_A"], new Dictionary<string, string>(), ["tenant.a", "tenant_a", "tenant_b"]);
        Assert.Equal("tenant_b", Assert.Single(found.Sources).Mapping.Schema);
        Assert.Equal(
            "Schema 'tenant.a' would be source 'jobs.tenant_a', which is configured by itself. Schema 'tenant_a' would be source 'jobs.tenant_a', which is configured by itself.", found.Problem);
    }

    [Fact]
    public void A_schema_beside_schemas_is_refused_by_name() =>
        Assert.Equal(["JobLineage:Sources:jobs:Schema and JobLineage:Sources:jobs:Schemas exclude each other: list it in Schemas."], Read("Host=h;Database=d", ("Schemas:0", "a"), ("Schema", "b")).Errors);

    private static SourceOptions All => Assert.Single(Read("Host=h;Database=d", ("Schemas:0", "*")).Sources);

    private static SchemasFound Choose(params string[] schemas) => SchemaPatterns.Choose(All, [], new Dictionary<string, string>(), schemas);

    private static SourcesConfiguration Read(string connection, params (string Key, string Value)[] settings) =>
        SourcesConfigurationReader.Read(new ConfigurationBuilder().AddInMemoryCollection(
            settings.Append(("Preset", "oban")).Append(("ConnectionString", connection)).Select(s => KeyValuePair.Create($"JobLineage:Sources:jobs:{s.Item1}", (string?)s.Item2))).Build());
}
