using JobLineage.Core.Store;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Store;

public sealed class MigratorTests
{
    [Fact]
    public async Task An_empty_database_gets_the_schema_and_a_second_time_changes_nothing()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var store = StoreDatabase.Create(database.ConnectionString);
        var applied = await Migrator.MigrateAsync(store, default);
        Assert.True(applied > 0);
        Assert.Equal(0, await Migrator.MigrateAsync(store, default));
        Assert.Equal(applied, await database.ScalarAsync<long>("select count(*) from job_lineage.migration"));
    }

    [Fact]
    public async Task Of_several_at_once_one_does_it()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var store = StoreDatabase.Create(database.ConnectionString);
        var applied = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Migrator.MigrateAsync(store, default)));
        Assert.Single(applied, count => count > 0);
        Assert.Equal(applied.Sum(), await database.ScalarAsync<long>("select count(*) from job_lineage.migration"));
    }

    [Fact]
    public async Task A_schema_of_a_newer_program_is_left_alone()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var store = StoreDatabase.Create(database.ConnectionString);
        await Migrator.MigrateAsync(store, default);
        await database.ExecuteAsync("insert into job_lineage.migration (version, name) values (999, 'later')");
        var refused = await Assert.ThrowsAsync<StoreException>(() => Migrator.MigrateAsync(store, default));
        Assert.Contains("999", refused.Message);
    }
}
