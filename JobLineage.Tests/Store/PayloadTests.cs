using JobLineage.Bench.Checking;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.History;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Store;

/// <summary>What is large of a job lies beside it.</summary>
public sealed class PayloadTests
{
    private const string Where = "select string_agg(format('%s %s %s', j.id, num_nonnulls(j.args, j.meta, j.errors), (p.id is not null)::text), ', ' order by j.id) from job_lineage.job j left join job_lineage.payload p on p.source_id = j.source_id and p.id = j.id";

    [Fact]
    public async Task It_moves_out_when_it_grows_and_back_when_it_shrinks_and_a_change_of_state_leaves_it_alone()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Sync", "executing"), (2, "1", "App.Page", "executing"));
        await fixture.FilledAsync();
        Assert.Equal("1 2 false, 2 2 false", await fixture.Database.ScalarAsync<string>(Where));
        var feed = await fixture.FeedAsync();

        await fixture.SqlAsync("update oban_jobs set args = jsonb_build_object('long', repeat('x', 300)) where id = 2");
        await feed.Feed.LookAgainAsync(["2"], default);
        Assert.Equal("1 2 false, 2 0 true", await fixture.Database.ScalarAsync<string>(Where));
        Assert.Equal($$"""{"long": "{{new string('x', 300)}}"}""", (await fixture.JobAsync("2")).Job.Args);

        var before = await fixture.Database.ScalarAsync<string>("select ctid || ' ' || xmin from job_lineage.payload");
        await fixture.SqlAsync("update oban_jobs set state = 'completed', completed_at = now() at time zone 'UTC' where id = 2");
        await feed.Feed.LookAgainAsync(["2"], default);
        Assert.Equal(before, await fixture.Database.ScalarAsync<string>("select ctid || ' ' || xmin from job_lineage.payload"));
        Assert.Equal(5, await fixture.Database.ScalarAsync<int>("select state::int from job_lineage.job where id = '2'"));

        await fixture.SqlAsync("update oban_jobs set args = '{\"short\": true}' where id = 2");
        await feed.Feed.LookAgainAsync(["2"], default);
        Assert.Equal("1 2 false, 2 2 false", await fixture.Database.ScalarAsync<string>(Where));
        Assert.Equal("""{"short": true}""", (await fixture.JobAsync("2")).Job.Args);
    }

    [Fact]
    public async Task What_a_store_of_before_has_in_its_rows_is_read_from_there_until_it_changes()
    {
        await using var fixture = await StoreFixture.CreateAsync(RecordedData.ObanEnd);
        await fixture.FilledAsync();
        const string read = "select md5(string_agg(concat(j.id, coalesce(j.args, p.args), coalesce(j.meta, p.meta), coalesce(j.errors, p.errors)), ',' order by j.id)) from job_lineage.job j left join job_lineage.payload p on p.source_id = j.source_id and p.id = j.id";
        var all = await fixture.Database.ScalarAsync<string>(read);
        Assert.InRange(await fixture.Database.ScalarAsync<long>("select count(*) from job_lineage.payload"), 500, 1363);
        await fixture.SqlAsync(
            """
            update job_lineage.job j set args = p.args, meta = p.meta, errors = p.errors from job_lineage.payload p where p.source_id = j.source_id and p.id = j.id;
            drop table job_lineage.payload;
            create index job_failed on job_lineage.job (stage_id);
            delete from job_lineage.migration where version = 26;
            """);

        await Migrator.MigrateAsync(fixture.Store, null, default);

        Assert.Equal(all, await fixture.Database.ScalarAsync<string>(read));
        Assert.Equal(0, await (await fixture.FeedAsync()).ReconcileAsync());
        var audit = new StoreAudit(fixture.Store, (await SourceProbe.ProbeAsync(Presets.Oban("oban"), fixture.Source)).Source!, fixture.Source);
        Assert.Empty(await audit.FindAsync());
        var failed = await fixture.Database.ScalarAsync<string>("select id from job_lineage.job where state = 6 order by length(id), id limit 1");
        Assert.NotEmpty((await fixture.JobAsync(failed!)).Job.Errors);
    }

    [Fact]
    public async Task It_goes_with_its_job()
    {
        await using var fixture = await StoreFixture.CreateAsync(RecordedData.ObanEnd);
        await fixture.FilledAsync();
        Assert.InRange(await fixture.Database.ScalarAsync<long>("select count(*) from job_lineage.payload"), 500, 1363);

        await new Forgetting(fixture.Store).ForgetAsync("oban", "60", null, default);

        Assert.Equal(0, await fixture.Database.ScalarAsync<long>("select count(*) from job_lineage.payload p where not exists (select from job_lineage.job j where j.source_id = p.source_id and j.id = p.id)"));
        await new Forgetting(fixture.Store).ForgetAsync("oban", null, null, default);
        Assert.Equal(0, await fixture.Database.ScalarAsync<long>("select count(*) from job_lineage.payload"));
    }
}
