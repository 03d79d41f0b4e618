using JobLineage.Core.Store.History;

namespace JobLineage.Tests.Store;

/// <summary>Names and kinds of error that no job has any more leave the store, and none that somebody still knows.</summary>
public sealed class UnusedNumbersTests : IAsyncLifetime
{
    private StoreFixture fixture = null!;

    public async Task InitializeAsync() => fixture = await StoreFixture.ObanAsync();

    public async Task DisposeAsync() => await fixture.DisposeAsync();

    [Fact]
    public async Task What_no_row_has_any_more_is_given_up_and_all_else_stays()
    {
        await fixture.ObanJobsAsync((1, null, "App.RootJob", "completed"), (2, "1", "App.PageJob", "executing"), (3, null, "App.AloneJob", "completed"));
        await fixture.FilledAsync();
        await fixture.SqlAsync(
            """
            insert into job_lineage.label (text) values ('tenant-17'), ('App.PastJob'), ('queue-of-17'), ('App.MutedJob'), ('step 9');
            insert into job_lineage.fingerprint (version, text) values (1, 'nobody failed so'), (1, 'a past run failed so');
            insert into job_lineage.past_run (id, source_id, root_id, worker, available, scheduled, suspended, executing, retryable, completed, discarded, cancelled, vanished, last_activity_at, stages, errors)
            select 900, 1, '900', l.id, 0, 0, 0, 0, 0, 1, 1, 0, 0, now(), '[]', jsonb_build_array(jsonb_build_object('fingerprint', f.id, 'final', 1))
            from job_lineage.label l, job_lineage.fingerprint f where l.text = 'App.PastJob' and f.text = 'a past run failed so';
            insert into job_lineage.mute (source_id, worker, until_at, reason, muted_by)
            select 1, id, now() + interval '1 day', 'x', 'y' from job_lineage.label where text = 'App.MutedJob';
            """);
        await AgeAsync();

        Assert.Equal(4, await Unused().GiveUpAsync(default));

        Assert.Equal(
            ["", "App.AloneJob", "App.MutedJob", "App.PageJob", "App.PastJob", "App.RootJob", "default"],
            (await fixture.Database.TextsAsync("select text from job_lineage.label")).Order(StringComparer.Ordinal));
        Assert.Equal(["a past run failed so"], await fixture.Database.TextsAsync("select text from job_lineage.fingerprint"));
    }

    [Fact]
    public async Task A_name_that_comes_back_gets_a_number_again_though_the_ingester_knew_the_old_one()
    {
        await fixture.ObanJobsAsync((1, null, "App.RootJob", "completed"), (2, "1", "App.PageJob", "completed"), (3, null, "tenant-17", "completed"));
        var feed = await fixture.FilledAsync();
        await fixture.SqlAsync("delete from public.oban_jobs where id = 3; delete from job_lineage.job where id = '3'; delete from job_lineage.single");
        await AgeAsync();
        Assert.Equal(1, await Unused().GiveUpAsync(default));

        await fixture.ObanJobsAsync((4, "1", "tenant-17", "completed"));
        await feed.TickAsync();

        Assert.Equal("tenant-17", (await fixture.JobAsync(4)).Job.Worker);
    }

    [Fact]
    public async Task What_was_asked_for_while_the_jobs_were_read_stays()
    {
        await fixture.ObanJobsAsync((1, null, "App.RootJob", "completed"));
        await fixture.FilledAsync();
        await fixture.SqlAsync("insert into job_lineage.label (text) values ('tenant-17')");
        // Asked for half an hour ago, and its job is not written yet.
        await AgeAsync();
        await fixture.SqlAsync("update job_lineage.label set used_at = now() - interval '30 minutes' where text = 'tenant-17'");

        Assert.Equal(0, await Unused().GiveUpAsync(default));
        Assert.Contains("tenant-17", await fixture.Database.TextsAsync("select text from job_lineage.label"));
    }

    [Fact]
    public async Task A_name_that_is_asked_for_is_said_to_be_in_use()
    {
        await fixture.ObanJobsAsync((1, null, "App.RootJob", "completed"), (2, "1", "App.PageJob", "available"));
        await fixture.FilledAsync();
        await AgeAsync();
        // Another replica takes over, which knows no number yet.
        await fixture.ObanJobsAsync((3, "1", "App.PageJob", "available"));
        await (await fixture.FilledAsync()).TickAsync();

        Assert.True(await fixture.Database.ScalarAsync<bool>("select used_at > now() - interval '1 minute' from job_lineage.label where text = 'App.PageJob'"));
    }

    [Fact]
    public async Task Nothing_is_looked_for_where_there_are_few_or_it_was_done_lately()
    {
        await fixture.ObanJobsAsync((1, null, "App.RootJob", "completed"));
        await fixture.FilledAsync();
        await AgeAsync();
        Assert.Null(await new UnusedNumbers(fixture.Store, 1_000, TimeSpan.Zero).GiveUpAsync(default));
        Assert.Equal(0, await new UnusedNumbers(fixture.Store, 0, TimeSpan.FromDays(7)).GiveUpAsync(default));
        Assert.Null(await new UnusedNumbers(fixture.Store, 0, TimeSpan.FromDays(7)).GiveUpAsync(default));
    }

    [Fact]
    public async Task Every_column_with_such_a_number_is_looked_at()
    {
        var columns = await fixture.Database.TextsAsync(
            """
            select table_name || '.' || column_name from information_schema.columns
            where table_schema = 'job_lineage' and data_type = 'integer' and column_name ~ '(worker|queue|step|fingerprint|label)' and column_name <> 'queued'
            """);
        Assert.Equal(
            UnusedNumbers.LabelColumns.Concat(UnusedNumbers.FingerprintColumns).Select(c => $"{c.Table}.{c.Column}")
                .Concat(["job.worker", "job.queue", "job.step", "job.fingerprint"]).Order(StringComparer.Ordinal),
            columns.Order(StringComparer.Ordinal));
    }

    private UnusedNumbers Unused() => new(fixture.Store, 0, TimeSpan.Zero);

    /// <summary>All was asked for long ago.</summary>
    private Task AgeAsync() => fixture.SqlAsync(
        """
        update job_lineage.label set used_at = now() - interval '2 days';
        update job_lineage.fingerprint set used_at = now() - interval '2 days';
        update job_lineage.source set numbers_at = now() - interval '8 days';
        """);
}
