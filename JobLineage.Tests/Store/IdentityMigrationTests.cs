using JobLineage.Core.Store;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Store;

public sealed class IdentityMigrationTests
{
    /// <summary>Brings a store back to the version before.</summary>
    internal const string Back =
        """
        delete from job_lineage.migration where version = 18;
        drop index job_lineage.job_earlier;
        alter table job_lineage.job drop column native_id, drop column earlier_of;
        alter table job_lineage.source drop column returned_at, drop column returned, drop column rereading;
        alter table job_lineage.failure drop column inserted_at;
        """;

    [Fact]
    public async Task A_store_of_the_version_before_knows_of_its_failures_whose_they_are_and_goes_on_without_a_difference()
    {
        await using var fixture = await StoreFixture.CreateAsync(RecordedData.ObanEnd);
        await fixture.FilledAsync();
        const string ledger = "select string_agg(f::text, E'\n' order by id) from job_lineage.failure f";
        var fresh = await fixture.Database.ScalarAsync<string>(ledger);
        await fixture.SqlAsync(Back);
        await Migrator.MigrateAsync(fixture.Store, null, default);
        Assert.Equal(fresh, await fixture.Database.ScalarAsync<string>(ledger));
        var feed = await fixture.FeedAsync();
        await feed.Feed.StartAsync(default);
        Assert.Equal(0, await feed.ReconcileAsync());
        // The first time an id comes back is told from a job that only changed.
        await fixture.SqlAsync("update oban_jobs set inserted_at = inserted_at + interval '1 day' where id = (select id from oban_jobs where state = 'discarded' limit 1)");
        var failures = await fixture.CountAsync("failure");
        await feed.ReconcileAsync();
        Assert.Equal(failures + 1, await fixture.CountAsync("failure"));
    }
}
