using JobLineage.Core.Store;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Store;

public sealed class DiagnosisMigrationTests
{
    private const string All =
        """
        select string_agg(line, E'\n' order by line) from (
            select format('stage %s %s %s %s %s %s %s %s', id, ran, ran_ms, waited_ms, expected, short_children, short_parents, lost_children) as line from job_lineage.stage
            union all select format('queue %s %s %s %s %s', queue, available, executing, last_attempted_at, last_finished_at) from job_lineage.queue
                where available + executing > 0 or last_attempted_at is not null or last_finished_at is not null
            union all select format('node %s', name) from job_lineage.node
            union all select format('job %s %s', id, expected) from job_lineage.job where expected is not null) l
        """;

    [Fact]
    public async Task A_store_of_the_version_before_is_brought_to_what_a_new_one_would_have()
    {
        await using var fixture = await StoreFixture.CreateAsync(RecordedData.ObanEnd);
        await fixture.FilledAsync();
        var fresh = await fixture.Database.ScalarAsync<string>(All);
        Assert.Contains("\nqueue", fresh);
        Assert.Contains("job 60 108", fresh);
        await fixture.SqlAsync(
            """
            delete from job_lineage.migration where version in (2, 26);
            update job_lineage.job j set args = p.args, meta = p.meta, errors = p.errors from job_lineage.payload p where p.source_id = j.source_id and p.id = j.id;
            drop table job_lineage.payload;
            drop table job_lineage.queue, job_lineage.node;
            drop index job_lineage.job_childless, job_lineage.job_short, job_lineage.error_group_most, job_lineage.run_pipeline;
            alter table job_lineage.job drop column expected;
            alter table job_lineage.stage drop column ran, drop column ran_ms, drop column waited_ms, drop column expected,
                drop column short_children, drop column short_parents, drop column lost_children;
            """);
        await Migrator.MigrateAsync(fixture.Store, null, default);
        Assert.Equal(fresh, await fixture.Database.ScalarAsync<string>(All));
        // And the feed goes on from there without a difference.
        var feed = await fixture.FeedAsync();
        Assert.Equal(0, await feed.ReconcileAsync());
    }
}
