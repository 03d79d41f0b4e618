using Dapper;
using JobLineage.Core.Store;
using JobLineage.Dashboard.Hosting;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Store;

public sealed class MigratorTests
{
    [Fact]
    public async Task An_empty_database_gets_the_schema_and_a_second_time_changes_nothing()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var store = StoreDatabase.Create(database.ConnectionString);
        var applied = await Migrator.MigrateAsync(store, null, default);
        Assert.True(applied > 0);
        Assert.Equal(0, await Migrator.MigrateAsync(store, null, default));
        Assert.Equal(applied, await database.ScalarAsync<long>("select count(*) from job_lineage.migration"));
    }

    [Fact]
    public async Task Whoever_waits_for_a_store_of_an_earlier_version_is_told_of_each_step_and_of_none_where_it_is_new()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var store = StoreDatabase.Create(database.ConnectionString);
        var steps = new List<MigrationProgress>();
        await Migrator.MigrateAsync(store, steps.Add, default);
        Assert.Empty(steps);
        await database.ExecuteAsync(
            """
            delete from job_lineage.migration where version in (32, 40);
            alter table job_lineage.engine_queue alter column is_paused set not null;
            alter table job_lineage.label drop column used_at; alter table job_lineage.fingerprint drop column used_at; alter table job_lineage.source drop column numbers_at;
            """);

        Assert.Equal(2, await Migrator.MigrateAsync(store, steps.Add, default));

        Assert.Equal(["step 1 of 2 (no pauses)", "step 2 of 2 (numbers)"], steps.Select(s => s.ToString()));
        Assert.Equal("Bringing the store up to date [##########..........] step 2 of 2 (numbers)", StoreUpgrade.Bar(steps[1]));
        // It was said beside the session, and is not any more.
        await using var connection = await store.OpenConnectionAsync();
        Assert.DoesNotContain("step", await connection.ExecuteScalarAsync<string>("show application_name"));
    }

    [Fact]
    public async Task Of_several_at_once_one_does_it()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var store = StoreDatabase.Create(database.ConnectionString);
        var applied = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Migrator.MigrateAsync(store, null, default)));
        Assert.Single(applied, count => count > 0);
        Assert.Equal(applied.Sum(), await database.ScalarAsync<long>("select count(*) from job_lineage.migration"));
    }

    [Fact]
    public async Task A_schema_of_a_newer_program_is_left_alone()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var store = StoreDatabase.Create(database.ConnectionString);
        await Migrator.MigrateAsync(store, null, default);
        await database.ExecuteAsync("insert into job_lineage.migration (version, name) values (999, 'later')");
        var refused = await Assert.ThrowsAsync<StoreException>(() => Migrator.MigrateAsync(store, null, default));
        Assert.Contains("999", refused.Message);
    }

    [Theory]
    [InlineData("job", "stage")]
    [InlineData("stage", "job")]
    [InlineData("run", "label")]
    public async Task A_replica_of_the_version_before_that_reads_meanwhile_breaks_nothing_off(string first, string then)
    {
        await using var database = await TestDatabase.CreateStoreAsync();
        await using var store = StoreDatabase.Create(database.ConnectionString);
        await database.ExecuteAsync("delete from job_lineage.migration where version = 32; alter table job_lineage.engine_queue alter column is_paused set not null");
        await using var reader = await database.OpenAsync();
        // Whoever looks first is broken off: not the reader.
        await reader.ExecuteAsync("set deadlock_timeout = '1min'; begin");
        await reader.ExecuteAsync($"select from job_lineage.{first}");
        var migrating = Migrator.MigrateAsync(store, null, default);
        while (await database.ScalarAsync<long>("select count(*) from pg_locks where not granted and relation is not null and database = (select oid from pg_database where datname = current_database())") == 0)
            await Task.Delay(20);

        await reader.ExecuteAsync($"select from job_lineage.{then}");
        await reader.ExecuteAsync("commit");

        Assert.Equal(1, await migrating);
    }
}
