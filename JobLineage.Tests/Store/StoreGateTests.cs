using JobLineage.Core.Store;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Store;

/// <summary>Stores that this program does not keep.</summary>
public sealed class StoreGateTests
{
    [Fact]
    public async Task A_schema_that_another_role_owns_is_refused_and_left_as_it_is()
    {
        await using var database = await TestDatabase.CreateAsync();
        var (owner, me) = await RolesAsync(database);
        try
        {
            await database.ExecuteAsync($"create schema job_lineage authorization {owner}; grant all on schema job_lineage to {me}");
            var refused = await RefusedAsync(database, me);
            Assert.Contains($"schema job_lineage belongs to role {owner}, who could then act as {me}", refused, StringComparison.Ordinal);
            Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from pg_class where relnamespace = 'job_lineage'::regnamespace"));
        }
        finally
        {
            await DropAsync(database, owner, me);
        }
    }

    [Theory]
    [InlineData("create table job_lineage.source (id smallint)", "alter table job_lineage.source", "table job_lineage.source")]
    [InlineData("create sequence job_lineage.version", "alter sequence job_lineage.version", "sequence job_lineage.version")]
    [InlineData("create table job_lineage.migration (version integer primary key, name text, applied_at timestamptz default now())", "alter table job_lineage.migration", "table job_lineage.migration")]
    [InlineData("create function job_lineage.run_count() returns trigger language plpgsql as 'begin return null; end'", "alter function job_lineage.run_count()", "function job_lineage.run_count")]
    public async Task A_thing_of_our_names_that_another_role_owns_is_refused(string create, string alter, string said)
    {
        await using var database = await TestDatabase.CreateAsync();
        var (owner, me) = await RolesAsync(database);
        try
        {
            await database.ExecuteAsync($"create schema job_lineage authorization {me}; {create}; {alter} owner to {owner}");
            var refused = await RefusedAsync(database, me);
            Assert.Contains($"The store's {said} belongs to role {owner}", refused, StringComparison.Ordinal);
        }
        finally
        {
            await DropAsync(database, owner, me);
        }
    }

    [Fact]
    public async Task What_install_put_beside_a_source_may_be_anybodys_and_a_superusers_schema_is_fine()
    {
        await using var database = await TestDatabase.CreateAsync();
        var (owner, me) = await RolesAsync(database);
        try
        {
            await database.ExecuteAsync(
                $"create schema job_lineage; grant all on schema job_lineage to {me}; create table job_lineage.feed (key text); create unlogged table job_lineage.change_0123abcd (id text); alter table job_lineage.change_0123abcd owner to {owner}");
            await using var store = Connect(database, me);
            Assert.True(await StoreGate.EnterAsync(store, null, default) > 0);
            Assert.Equal(0, await StoreGate.EnterAsync(store, null, default));
        }
        finally
        {
            await DropAsync(database, owner, me);
        }
    }

    [Fact]
    public async Task A_store_that_is_ours_passes_and_a_newer_one_is_named()
    {
        await using var database = await TestDatabase.CreateStoreAsync();
        await using var store = StoreDatabase.Create(database.ConnectionString);
        await StoreGate.CheckAsync(store, default);
        await database.ExecuteAsync("insert into job_lineage.migration (version, name) values (999, 'later')");
        var refused = await Assert.ThrowsAsync<StoreException>(() => StoreGate.CheckAsync(store, default));
        Assert.Contains("run the newer program", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_to_the_store_say_whose_they_are()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var store = StoreDatabase.Create(database.ConnectionString);
        await using var ask = store.CreateCommand("show application_name");
        Assert.Equal("joblineage store", await ask.ExecuteScalarAsync());
    }

    private static async Task<string> RefusedAsync(TestDatabase database, string me)
    {
        await using var store = Connect(database, me);
        await Assert.ThrowsAsync<StoreException>(() => StoreGate.CheckAsync(store, default));
        return (await Assert.ThrowsAsync<StoreException>(() => Migrator.MigrateAsync(store, null, default))).Message;
    }

    private static NpgsqlDataSource Connect(TestDatabase database, string me) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = me, Password = "secret", Pooling = false });

    private static async Task<(string Owner, string Me)> RolesAsync(TestDatabase database)
    {
        var (owner, me) = ($"jl_owner_{Guid.NewGuid():N}", $"jl_me_{Guid.NewGuid():N}");
        await database.ExecuteAsync($"create role {owner}; create role {me} login password 'secret'; grant create on database {database.Name} to {me}");
        return (owner, me);
    }

    private static async Task DropAsync(TestDatabase database, string owner, string me) =>
        await database.ExecuteAsync($"drop owned by {owner}, {me}; drop role {owner}, {me}");
}
