using JobLineage.Bench.Checking;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.History;
using JobLineage.Core.Store.Ingest;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Store;

public sealed class ForgettingTests
{
    private static readonly string[] Tables = ["job", "run", "stage", "stage_edge", "error_group", "single", "queue", "node", "failure", "past_run", "run_count", "leftover"];

    [Fact]
    public async Task A_source_is_forgotten_to_its_last_row_and_the_others_stay_as_they_are()
    {
        await using var fixture = await StoreFixture.CreateAsync(RecordedData.ObanEnd);
        await fixture.FilledAsync();
        await fixture.FilledAsync(Presets.Oban("other"));
        var forgetting = new Forgetting(fixture.Store);
        var jobs = await fixture.Database.ScalarAsync<long>("select count(*) from oban_jobs");
        var preview = (await forgetting.PreviewAsync("oban", null, default))!;
        Assert.Equal((jobs, null, null), (preview.Present, preview.Root, preview.Reader));
        Assert.True(preview is { Runs: > 0, Failures: > 0, Jobs: > 0 });
        Assert.Null(await forgetting.PreviewAsync("nobody", null, default));
        Assert.Null(await forgetting.ForgetAsync("nobody", null, null, default));

        Assert.True(await forgetting.ForgetAsync("oban", null, null, default) >= jobs);

        foreach (var table in Tables.Where(t => t is not ("stage" or "stage_edge" or "error_group")))
            Assert.Equal(0, await fixture.Database.ScalarAsync<long>($"select count(*) from job_lineage.{table} t where t.source_id not in (select id from job_lineage.source)"));
        Assert.Equal(0, await fixture.Database.DanglingAsync());
        Assert.Equal(["other"], (await fixture.Reader.SourcesAsync(default)).Select(s => s.Source));
        Assert.Null(await fixture.Reader.FindRunAsync("oban", "60", default));
        Assert.NotNull(await fixture.Reader.FindRunAsync("other", "60", default));
        var source = (await SourceProbe.ProbeAsync(Presets.Oban("other"), fixture.Source)).Source!;
        Assert.Empty(await new StoreAudit(fixture.Store, source, fixture.Source).FindAsync());
    }

    [Fact]
    public async Task Whoever_still_reads_a_forgotten_source_is_refused_and_begins_anew_without_telling_again()
    {
        await using var fixture = await StoreFixture.CreateAsync(RecordedData.ObanEnd);
        var feed = await fixture.FilledAsync();
        await new Forgetting(fixture.Store).ForgetAsync("oban", null, null, default);
        await fixture.SqlAsync("update oban_jobs set tags = '{x}' where id = 60");
        await Assert.ThrowsAsync<LeadLostException>(() => feed.Feed.LookAgainAsync(["60"], default));
        await fixture.FilledAsync();
        Assert.True((await fixture.RunAsync(60)).Total > 100);
        Assert.Equal(0, await fixture.Database.ScalarAsync<long>("select count(*) from job_lineage.failure where not at_first_sight"));
    }

    [Fact]
    public async Task A_source_that_is_half_forgotten_is_there_for_nobody_and_the_rest_goes_later()
    {
        await using var fixture = await StoreFixture.CreateAsync(RecordedData.ObanEnd);
        await fixture.FilledAsync();
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Forgetting(fixture.Store).ForgetAsync("oban", null, _ => stop.Cancel(), stop.Token));
        Assert.True(await fixture.CountAsync("run") > 0);
        Assert.Empty(await fixture.Reader.SourcesAsync(default));
        Assert.Empty((await fixture.Reader.ListRunsAsync(new(), default)).Runs);
        Assert.True(await new Forgetting(fixture.Store).SweepAsync(null, default) > 0);
        Assert.Equal((0, 0), (await fixture.CountAsync("run"), await fixture.CountAsync("source")));
    }

    [Fact]
    public async Task What_is_removed_of_another_source_that_was_half_forgotten_is_not_counted_for_this_one()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Mail", "available"), (2, null, "App.Mail", "available"), (3, null, "App.Mail", "available"));
        await fixture.FilledAsync();
        await fixture.FilledAsync(Presets.Oban("other"));
        // As after a stop just before the first row.
        await fixture.SqlAsync("update job_lineage.source set name = name || chr(1), forgotten_at = now() where name = 'other'");
        var told = 0L;
        // Jobs, and what is counted of singles and queues.
        Assert.Equal(5, await new Forgetting(fixture.Store).ForgetAsync("oban", null, rows => told = rows, default));
        Assert.Equal(5, told);
        Assert.Equal((0, 0), (await fixture.CountAsync("job"), await fixture.CountAsync("source")));
    }

    [Fact]
    public async Task More_rows_than_fit_into_a_transaction_are_removed_stretch_by_stretch()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Mail", "available"));
        await fixture.FilledAsync();
        await fixture.SqlAsync(
            """
            insert into job_lineage.job select (jsonb_populate_record(j, jsonb_build_object('id', 'x' || i))).* from job_lineage.job j, generate_series(1, 12000) i;
            insert into job_lineage.put_aside (source_id, job_id, member, native_id, kept, sentence)
            select s.id, 'one', i::text, 'one', false, 'It can''t be read.' from job_lineage.source s, generate_series(1, 6000) i;
            """);
        var told = new List<long>();
        Assert.Equal(18_003, await new Forgetting(fixture.Store).ForgetAsync("oban", null, told.Add, default));
        // Three stretches of jobs; what has one key goes in one, however much that is.
        Assert.Equal([5_000, 10_000, 12_001], told.Take(3));
        Assert.Equal((0, 0), (await fixture.CountAsync("job"), await fixture.CountAsync("put_aside")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_is_forgotten_and_what_the_queue_still_has_is_read_again_and_told_no_more(bool isPresent)
    {
        await using var fixture = await StoreFixture.CreateAsync(RecordedData.ObanEnd);
        var feed = await fixture.FilledAsync();
        var failures = await fixture.CountAsync("failure");
        var before = (await fixture.StagesAsync(60)).ToList();
        if (!isPresent)
        {
            await fixture.SqlAsync("delete from oban_jobs where id in (select id::bigint from job_lineage.job where run_id = (select run_id from job_lineage.job where id = '60'))");
            await feed.ReconcileAsync();
        }

        var forgetting = new Forgetting(fixture.Store);
        var preview = (await forgetting.PreviewAsync("oban", "60", default))!;
        Assert.Equal(("60", isPresent), (preview.Root, preview.Present > 0));
        Assert.True(await forgetting.ForgetAsync("oban", "60", null, default) > 0);
        Assert.Null(await fixture.Reader.FindRunAsync("oban", "60", default));
        Assert.Equal(0, await fixture.Database.DanglingAsync());
        await feed.ReconcileAsync();
        Assert.Equal(isPresent ? before : [], isPresent ? await fixture.StagesAsync(60) : []);
        Assert.Equal(failures, await fixture.CountAsync("failure"));
        var source = (await SourceProbe.ProbeAsync(Presets.Oban("oban"), fixture.Source)).Source!;
        Assert.Empty(await new StoreAudit(fixture.Store, source, fixture.Source).FindAsync());
    }

    [Fact]
    public async Task A_single_and_what_is_left_of_a_dropped_run_can_be_forgotten_too()
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync((1, null, "App.Mail", "available"), (2, null, "App.Sync", "completed"), (3, "2", "App.Page", "completed"));
        var feed = await fixture.FilledAsync();
        await fixture.AgeAsync(30);
        await fixture.SqlAsync("update oban_jobs set inserted_at = inserted_at + interval '30 days'");
        await feed.ReconcileAsync();
        await fixture.SqlAsync("delete from oban_jobs");
        await new Forgetting(fixture.Store).ForgetAsync("oban", "1", null, default);
        await feed.ReconcileAsync();
        Assert.Empty(await CounterAudit.FindAsync(fixture.Store, 10, default));
        await fixture.SqlAsync("update job_lineage.run set last_activity_at = now() - interval '60 days'");
        await new OldRuns(fixture.Store, feed.Record).DropAllAsync(HistoryFixture.Week);
        Assert.Equal(1, (await new Forgetting(fixture.Store).PreviewAsync("oban", "2", default))!.PastRuns);
        Assert.Equal(1, await new Forgetting(fixture.Store).ForgetAsync("oban", "2", null, default));
        Assert.Null(await new Forgetting(fixture.Store).PreviewAsync("oban", "2", default));
    }
}
