using JobLineage.Core.Store;
using JobLineage.Core.Store.Access;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Store;

/// <summary>Keys and sessions in the store.</summary>
public sealed class AccessStoreTests
{
    [Fact]
    public async Task Whoever_asks_first_sets_the_store_up()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var store = StoreDatabase.Create(database.ConnectionString);

        Assert.Empty(new KeyStore(store).Read());
        Assert.Empty(await new SessionStore(store).LiveAsync([[1]], default));
    }

    [Fact]
    public async Task Replicas_that_need_a_key_at_once_end_up_with_one_and_what_revokes_keys_is_always_kept()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var store = StoreDatabase.Create(database.ConnectionString);
        await Migrator.MigrateAsync(store, null, default);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() => new KeyStore(store).Add($"key-{n}", $"<key>{n}</key>", isKey: true))));
        new KeyStore(store).Add("revocation-1", "<revocation/>", isKey: false);
        new KeyStore(store).Add("revocation-2", "<revocation/>", isKey: false);

        Assert.Equal(3, new KeyStore(store).Read().Count);
        // Months later the next one is due.
        await database.ExecuteAsync("update job_lineage.protection_key set created_at = created_at - interval '80 days'");
        new KeyStore(store).Add("key-9", "<key>9</key>", isKey: true);
        Assert.Equal("<key>9</key>", new KeyStore(store).Read()[^1]);
    }

    [Fact]
    public async Task A_session_ends_when_it_is_ended_or_its_time_is_over()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var store = StoreDatabase.Create(database.ConnectionString);
        var sessions = new SessionStore(store);

        var end = await sessions.BeginAsync([1], TimeSpan.FromHours(1), default);
        await sessions.BeginAsync([2], TimeSpan.FromHours(1), default);
        await sessions.BeginAsync([3], TimeSpan.FromHours(-1), default);
        await sessions.EndAsync([2], default);

        var (id, until) = Assert.Single(await sessions.LiveAsync([[1], [2], [3], [4]], default));
        Assert.Equal([1], id);
        Assert.Equal(end, until);
        // What is over is swept when the next begins.
        await sessions.BeginAsync([5], TimeSpan.FromHours(1), default);
        Assert.Equal(2, await database.ScalarAsync<long>("select count(*) from job_lineage.session"));
    }
}
