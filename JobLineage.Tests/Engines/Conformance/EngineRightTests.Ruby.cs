using JobLineage.Core.Feed;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Feed;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Engines.Conformance;

/// <summary>GoodJob, Solid Queue and Que.</summary>
public sealed partial class EngineRightTests
{
    [Fact]
    public async Task GoodJob_keeps_the_error_of_the_former_attempt_while_the_next_one_runs()
    {
        await using var fixture = await EngineRows.MakeAsync(
            "good_job", "insert into good_jobs (id, job_class, created_at, updated_at, scheduled_at, performed_at, error, error_event, executions_count) values ('00000000-0000-0000-0000-000000000001', 'Mail', now(), now(), now(), now(), 'RuntimeError: smtp', 3, 2)");
        var job = await EngineRows.ReadAsync(fixture, "good_job", "00000000-0000-0000-0000-000000000001");
        Assert.Equal((JobState.Executing, 2, 0), (job.State, job.Attempt, job.MaxAttempts));
        await fixture.SqlAsync("update good_jobs set performed_at = null");
        Assert.Equal(JobState.Retryable, (await EngineRows.ReadAsync(fixture, "good_job", "00000000-0000-0000-0000-000000000001")).State);
        await fixture.SqlAsync("update good_jobs set performed_at = now(), finished_at = now(), error = null");
        Assert.Equal(JobState.Completed, (await EngineRows.ReadAsync(fixture, "good_job", "00000000-0000-0000-0000-000000000001")).State);
    }

    [Theory]
    [InlineData(null, "2 completed, 3 cancelled")]
    [InlineData("case when job.finished_at is not null then null when job.performed_at is not null then 'succeeded' else 'removed' end", "1 completed, 2 completed, 3 cancelled")]
    public async Task GoodJob_deletes_what_its_worker_ended_whether_it_succeeded_or_failed_for_good_and_nobody_says_which_but_an_operator(string? deleted, string expected)
    {
        var mapping = Presets.Find("good_job", "q")!;
        mapping = mapping with { Deleted = deleted ?? mapping.Deleted };
        await using var fixture = await EngineRows.MakeAsync("good_job");
        await new TriggerInstaller(mapping, fixture.Source).InstallAsync();
        await using var feed = await FreshFeed.CreateAsync(fixture.Source);
        await feed.StartAsync(mapping);
        await feed.UntilAsync(FeedState.Live);
        await fixture.SqlAsync("""
            insert into good_jobs (id, job_class, created_at, updated_at, scheduled_at, performed_at, finished_at, executions_count)
            select ('00000000-0000-0000-0000-00000000000' || n)::uuid, 'Mail', now(), now(), now(), case when n < 3 then now() end, case when n = 2 then now() end, (n < 3)::int from generate_series(1, 3) n
            """);
        const string told = """
            select coalesce(string_agg(right(id, 1) || ' ' || (array['available','scheduled','suspended','executing','retryable','completed','discarded','cancelled'])[state + 1], ', ' order by id), '')
            from job_lineage.job where flags & 5 = 0
            """;
        await feed.UntilAsync(async () => await feed.StoredAsync<string>(told) == "1 executing, 2 completed, 3 available", async () => await feed.StoredAsync<string>(told) ?? "");
        await fixture.SqlAsync("delete from good_jobs");
        await feed.UntilAsync(async () => await feed.StoredAsync<string>(told) == expected, async () => await feed.StoredAsync<string>(told) ?? "");
    }

    [Fact]
    public async Task SolidQueue_has_one_job_of_several_attempts_however_many_rows_it_has()
    {
        var engine = EngineCase.All["solid_queue"]();
        await using var fixture = await EngineRows.MakeAsync("solid_queue", engine.Replay.Take(engine.Moment));
        var id = engine.Failed[^1];
        Assert.Equal(2L, await fixture.Database.ScalarAsync<long>($"select count(*) from solid_queue_jobs where active_job_id = '{id}'"));
        var job = await EngineRows.ReadAsync(fixture, "solid_queue", id);
        Assert.Equal((JobState.Discarded, 2, 0, "RuntimeError: detail 7: gone for good\napp/jobs/x.rb:42"), (job.State, job.Attempt, job.MaxAttempts, job.Errors.Single().Message));
        var feed = await fixture.FilledAsync(engine.Mapping);
        // The row of the first attempt is cleared first: it is the same job still.
        await fixture.SqlAsync($"delete from solid_queue_jobs where active_job_id = '{id}' and finished_at is not null");
        await feed.ReconcileAsync();
        Assert.Equal(1L, await fixture.Database.ScalarAsync<long>($"select count(*) from job_lineage.job where id like '{id}%'"));
        Assert.Equal(EngineConformanceTests.Always(feed), await feed.ReconcileAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Que_runs_a_job_while_a_locker_holds_its_lock_and_both_feeds_see_it(bool isPushed)
    {
        await using var fixture = await EngineRows.MakeAsync("que", "insert into que_jobs (id, job_class, job_schema_version) overriding system value values (4294967301, 'Mail', 2), (2, 'Mail', 2)");
        if (isPushed)
            await new TriggerInstaller(Presets.Find("que", "q")!, fixture.Source).InstallAsync();
        await using var worker = await fixture.Source.OpenConnectionAsync();
        await using (var command = new NpgsqlCommand("insert into que_lockers (pid, worker_count, worker_priorities, ruby_pid, ruby_hostname, queues, listening, job_schema_version) values (pg_backend_pid(), 1, '{1}', 1, 'h', '{default}', true, 2); select pg_advisory_lock(4294967301)", worker))
            await command.ExecuteNonQueryAsync();
        // Somebody else's lock of that number is none of Que's.
        await using var other = await fixture.Source.OpenConnectionAsync();
        await using (var command = new NpgsqlCommand("select pg_advisory_lock(2)", other))
            await command.ExecuteNonQueryAsync();
        Assert.Equal((JobState.Executing, 1), (await EngineRows.ReadAsync(fixture, "que", "4294967301")) is { } job ? (job.State, job.Attempt) : default);
        Assert.Equal(JobState.Available, (await EngineRows.ReadAsync(fixture, "que", "2")).State);

        const string running = "select string_agg(id || ' ' || state, ' ' order by id) from job_lineage.job";
        var (busy, ready) = ($"2 {(short)JobState.Available} 4294967301 {(short)JobState.Executing}", $"2 {(short)JobState.Available} 4294967301 {(short)JobState.Available}");
        await using var feed = await FreshFeed.CreateAsync(fixture.Source);
        await feed.StartAsync(Presets.Find("que", "q")!, isPushed ? FeedKind.Trigger : FeedKind.Poll);
        await feed.UntilAsync(async () => await feed.StoredAsync<string>(running) == busy, async () => await feed.StoredAsync<string>(running) ?? "");
        await using (var command = new NpgsqlCommand("select pg_advisory_unlock_all()", worker))
            await command.ExecuteNonQueryAsync();
        await feed.UntilAsync(async () => await feed.StoredAsync<string>(running) == ready, async () => await feed.StoredAsync<string>(running) ?? "");
    }

    [Fact]
    public async Task Que_deletes_a_due_job_when_it_has_succeeded_and_one_that_was_taken_away_was_not_due()
    {
        await using var fixture = await EngineRows.MakeAsync("que");
        await new TriggerInstaller(Presets.Find("que", "q")!, fixture.Source).InstallAsync();
        await using var feed = await FreshFeed.CreateAsync(fixture.Source);
        await feed.StartAsync(Presets.Find("que", "q")!);
        await feed.UntilAsync(FeedState.Live);
        await fixture.SqlAsync("insert into que_jobs (id, job_class, job_schema_version, kwargs, run_at) overriding system value values (1, 'Sync', 2, '{}', now()), (2, 'Page', 2, '{\"parent_job_id\": 1}', now()), (3, 'Show', 2, '{\"parent_job_id\": 1}', now() + interval '1 hour')");
        await fixture.SqlAsync("delete from que_jobs");
        const string told = "select string_agg(concat_ws(' ', j.id, j.state, r.root_id), ', ' order by j.id) from job_lineage.job j left join job_lineage.run r on r.id = j.run_id";
        var expected = $"1 {(short)JobState.Completed} 1, 2 {(short)JobState.Completed} 1, 3 {(short)JobState.Cancelled} 1";
        await feed.UntilAsync(async () => await feed.StoredAsync<string>(told) == expected, async () => await feed.StoredAsync<string>(told) ?? "");
    }
}
