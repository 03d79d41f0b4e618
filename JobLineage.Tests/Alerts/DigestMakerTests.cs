using JobLineage.Bench.Digest;
using JobLineage.Bench.Running;
using JobLineage.Core.Alerts;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Alerts;

/// <summary>Which failures a digest takes, and how it groups them.</summary>
[Takes(40)]
public sealed class DigestMakerTests
{
    [Fact]
    public async Task Failures_are_grouped_by_run_stage_and_kind_of_error_and_long_groups_are_capped()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        await fixture.Store.SqlAsync(
            """
            insert into oban_jobs (id, worker, state, meta, args, attempt, max_attempts, attempted_at, discarded_at, errors)
            select id, case when id = 60 then 'App.SyncJob' else 'App.MovieDetailJob' end, (case when id = 60 then 'completed' else 'discarded' end)::oban_job_state,
                (case when id = 60 then '{}' else '{"parent_job_id": 60}' end)::jsonb, jsonb_build_object('movie_id', id), 3, 3, timestamp '2026-03-14 12:00',
                timestamp '2026-03-14 12:00' + id * interval '1 s', array[jsonb_build_object('attempt', 3, 'error', '** (HTTPError) status 503 for movie ' || id)]
            from generate_series(60, 1171) id
            """);
        await fixture.Feed.TickAsync();
        await fixture.FailAsync(5_000);

        var message = (await fixture.MakeAsync())!;

        Assert.Equal("1,112 jobs failed: 1 run, 1 job without a run; most in SyncJob 60 (oban)", message.Subject);
        var run = message.Content.Runs[0];
        Assert.Equal(("60", "SyncJob", 1_111L), (run.RootId, run.Worker, run.Failures));
        var group = Assert.Single(run.Groups);
        Assert.Equal(("SyncJob/MovieDetailJob", 1_111L, 20, 1_091L), (group.Stage, group.Failures, group.Jobs.Count, group.MoreJobs));
        Assert.Equal("HTTPError: status 503 for movie 1171", group.LastMessage);
        Assert.Equal(("HTTPError: status 503 for movie 1170", "movie_id=1170"), (group.Jobs[1].Error, group.Jobs[1].Arguments));
        Assert.Equal("1171", group.Jobs[0].Id);
        Assert.Contains("and 1,091 more: https://lineage.example.com/runs/oban/60?tab=jobs&stage=SyncJob%2FMovieDetailJob&state=discarded&error=", message.Text);
        Assert.Contains("https://lineage.example.com/jobs/oban/1171", message.Text);
        Assert.Equal((null, 1L), (message.Content.Runs[1].RootId, message.Content.Runs[1].Failures));
    }

    [Fact]
    public async Task A_failure_is_in_one_digest_and_what_fails_later_is_in_the_next()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        await fixture.FailAsync(1, 2);
        Assert.Equal(2, (await fixture.MakeAsync())!.Content.Failures);
        Assert.Null(await fixture.MakeAsync());
        await fixture.FailAsync(3);
        Assert.Equal("3", (await fixture.MakeAsync())!.Content.Runs[0].Groups[0].Jobs[0].Id);
    }

    [Fact]
    public async Task What_commits_late_and_bears_an_early_time_is_told_all_the_same()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        await fixture.FailAsync(500);
        await fixture.MakeAsync();
        await fixture.Store.SqlAsync("insert into oban_jobs (id, worker, state, attempted_at, discarded_at) values (2, 'App.Late', 'discarded', '2019-01-01', '2019-01-01')");
        await fixture.Feed.ReconcileAsync();
        Assert.Equal(1, (await fixture.MakeAsync())!.Content.Failures);
    }

    [Fact]
    public async Task What_had_failed_before_the_installation_is_told_to_nobody()
    {
        await using var store = await StoreFixture.ObanAsync();
        await store.SqlAsync("insert into oban_jobs (id, worker, state, attempted_at, discarded_at) select id, 'App.Old', 'discarded', '2025-01-01', '2025-01-01' from generate_series(1, 300) id");
        await store.FilledAsync();
        Assert.Null(await new DigestMaker(store.Store, DigestFixture.BaseUrl, null).MakeAsync(null, keep: true, default));
        Assert.Equal(0, await new DigestReader(store.Store).CountUntoldAsync(default));
    }

    [Fact]
    public async Task What_is_passed_over_is_counted_once_and_a_starting_line_that_is_moved_back_gives_it_back()
    {
        await using var store = await StoreFixture.ObanAsync();
        await store.SqlAsync(
            """
            insert into oban_jobs (id, worker, state, attempted_at, discarded_at)
            select id, 'App.Old', 'discarded', '2025-01-01', timestamp '2025-01-01' + id * interval '1 day' from generate_series(1, 18) id
            """);
        var feed = await store.FilledAsync();
        DigestMaker Maker(DateTimeOffset? since) => new(store.Store, DigestFixture.BaseUrl, since);
        Assert.Equal(new DigestMade(null, 18), await Maker(null).RunAsync(null, keep: false, [], default));
        var made = await Maker(null).RunAsync(null, keep: true, [], default);
        Assert.Equal((null, 18, "18 older failures are not reported; set JobLineage:Digest:Since to a time before them to have them reported."), (made.Message, made.Older, made.OlderSentence));
        Assert.Equal(new DigestMade(null, 0), await Maker(null).RunAsync(null, keep: true, [], default));
        // The advice holds: what lies behind the new line is told, once, and nothing else.
        made = await Maker(new(2025, 1, 10, 0, 0, 0, TimeSpan.Zero)).RunAsync(null, keep: true, [], default);
        Assert.Equal((10, 0), (made.Message!.Content.Failures, made.Older));
        Assert.Null((await Maker(new(2025, 1, 10, 0, 0, 0, TimeSpan.Zero)).RunAsync(null, keep: true, [], default)).Message);
        Assert.Null((await Maker(new(2025, 1, 15, 0, 0, 0, TimeSpan.Zero)).RunAsync(null, keep: true, [], default)).Message);
        made = await Maker(new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero)).RunAsync(null, keep: true, [], default);
        Assert.Equal(8, made.Message!.Content.Failures);
        Assert.NotNull(feed);
    }

    [Fact]
    public async Task What_was_passed_over_is_said_in_a_digest_that_tells_of_something_else()
    {
        await using var store = await StoreFixture.ObanAsync();
        await store.SqlAsync("insert into oban_jobs (id, worker, state, attempted_at, discarded_at) values (1, 'App.Old', 'discarded', '2025-01-01', '2025-01-01')");
        var maker = new DigestMaker(store.Store, DigestFixture.BaseUrl, null);
        await maker.BeginAsync(default);
        var feed = await store.FilledAsync();
        await store.SqlAsync("insert into oban_jobs (id, worker, state, attempted_at, discarded_at) values (2, 'App.New', 'discarded', now(), now())");
        await feed.TickAsync();
        var made = await maker.RunAsync(null, keep: true, [new("other", null, "It is away.")], default);
        Assert.Equal((1, 1, 1), (made.Message!.Content.Failures, made.Message.Content.Older, made.Message.Content.Unread.Count));
        Assert.Contains("1 older failure is not reported; set JobLineage:Digest:Since to a time before it to have it reported.", made.Message.Text);
    }

    /// <summary>What the reader asked for stands beside each failure: source, type, target, most recent error, link.</summary>
    [Fact]
    public async Task Of_few_failures_each_is_told_however_many_kinds_they_are_of()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        await fixture.Store.SqlAsync(
            """
            insert into oban_jobs (id, worker, state, args, attempt, max_attempts, attempted_at, discarded_at, errors)
            select id, (array['apple/refresh_catalog', 'apple/rebuild_index', 'spotify/match_song', 'youtube/search'])[1 + id % 4], 'discarded',
                jsonb_build_object('song_id', id), 3, 3, timestamp '2026-03-14 12:00', timestamp '2026-03-14 12:00' + id * interval '1 s',
                array[jsonb_build_object('attempt', 3, 'error', 'cause ' || (array['alpha', 'beta', 'gamma', 'delta', 'epsilon'])[1 + id % 5] || ' in page ' || id)]
            from generate_series(1, 18) id
            """);
        await fixture.Feed.TickAsync();
        var message = (await fixture.MakeAsync())!;
        var run = Assert.Single(message.Content.Runs);
        Assert.Equal((0, 0, 18), (run.MoreGroups, run.MoreFailures, run.Groups.Sum(g => g.Jobs.Count)));
        Assert.DoesNotContain(" more", message.Text);
        Assert.All(Enumerable.Range(1, 18), id => Assert.All([message.Text, message.Html], text =>
        {
            Assert.Contains($"https://lineage.example.com/jobs/oban/{id}", text);
            Assert.Contains($"in page {id}", text);
        }));
        Assert.All(new[] { "apple/refresh_catalog", "apple/rebuild_index", "spotify/match_song", "youtube/search" }, type => Assert.Contains(type, message.Text));
    }

    [Fact]
    public async Task Arguments_of_another_job_that_has_the_id_now_do_not_stand_beside_a_failure()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        await fixture.Store.SqlAsync(
            """insert into oban_jobs (id, worker, state, args, inserted_at, attempted_at, discarded_at) values (1, 'App.Mailer', 'discarded', '{"page": 1}', '2026-01-01', '2026-01-01', '2026-01-01')""");
        await fixture.Feed.TickAsync();
        await fixture.Store.SqlAsync(
            """delete from oban_jobs; insert into oban_jobs (id, worker, state, args, inserted_at) values (1, 'App.Mailer', 'available', '{"page": 2}', '2026-02-01')""");
        await fixture.Feed.Feed.LookAgainAsync(["1"], default);
        var job = Assert.Single((await fixture.MakeAsync())!.Content.Runs[0].Groups[0].Jobs);
        Assert.NotEqual("page=2", job.Arguments);
    }

    [Fact]
    public async Task Fifty_equal_failures_are_few_and_more_are_folded()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        await fixture.FailAsync([.. Enumerable.Range(1, 50).Select(i => (long)i)]);
        Assert.Equal(50, (await fixture.MakeAsync())!.Content.Runs[0].Groups[0].Jobs.Count);
        await fixture.FailAsync([.. Enumerable.Range(101, 51).Select(i => (long)i)]);
        Assert.Equal(20, (await fixture.MakeAsync())!.Content.Runs[0].Groups[0].Jobs.Count);
    }

    [Fact]
    public async Task A_starting_line_in_the_past_tells_what_failed_since()
    {
        await using var store = await StoreFixture.ObanAsync();
        await store.SqlAsync("insert into oban_jobs (id, worker, state, attempted_at, discarded_at) values (1, 'App.Old', 'discarded', '2025-01-01', '2025-01-01'), (2, 'App.New', 'discarded', '2025-03-01', '2025-03-01')");
        await store.FilledAsync();
        var message = await new DigestMaker(store.Store, DigestFixture.BaseUrl, new(2025, 2, 1, 0, 0, 0, TimeSpan.Zero)).MakeAsync(null, keep: true, default);
        Assert.Equal(1, message!.Content.Failures);
    }

    [Fact]
    public async Task Of_replicas_that_fire_at_one_time_one_makes_the_digest()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        await fixture.FailAsync(1, 2, 3);
        var fired = TimeProvider.System.GetUtcNow().AddMinutes(1);
        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => fixture.Maker.MakeAsync(fired, keep: true, default))));
        Assert.Single(made, m => m is not null);
        await fixture.FailAsync(4);
        Assert.Null(await fixture.Maker.MakeAsync(fired, keep: true, default));
        Assert.NotNull(await fixture.Maker.MakeAsync(fired.AddHours(1), keep: true, default));
    }

    [Fact]
    public async Task A_clock_that_was_a_year_ahead_keeps_no_later_time_of_the_schedule_from_being_served()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        var now = TimeProvider.System.GetUtcNow();
        await fixture.FailAsync(1);
        Assert.NotNull(await fixture.Maker.MakeAsync(now.AddYears(1), keep: true, default));
        await fixture.FailAsync(2);
        Assert.NotNull(await fixture.Maker.MakeAsync(now.AddHours(1), keep: true, default));
        // One that is behind serves nothing twice.
        await fixture.FailAsync(3);
        Assert.Null(await fixture.Maker.MakeAsync(now.AddYears(-1), keep: true, default));
    }

    [Fact]
    public async Task Two_makers_at_once_share_no_failure()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        await fixture.FailAsync([.. Enumerable.Range(1, 200).Select(i => (long)i)]);
        var made = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(fixture.MakeAsync)));
        Assert.Equal(200, made.Sum(m => m?.Content.Failures ?? 0));
    }

    [Fact]
    public async Task A_dry_run_leaves_everything_as_it_was()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        await fixture.FailAsync(1);
        Assert.NotNull(await fixture.Maker.MakeAsync(null, keep: false, default));
        Assert.Empty(await fixture.Reader.ListAsync(10, default));
        Assert.Equal(1, await fixture.Reader.CountUntoldAsync(default));
        Assert.Equal(1, (await fixture.MakeAsync())!.Content.Failures);
    }

    [Fact]
    public async Task A_hundred_thousand_failures_in_thousands_of_runs_make_one_message_of_bounded_size()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        await fixture.FailAsync(1);
        await fixture.Store.SqlAsync(
            """
            insert into job_lineage.failure (source_id, job_id, attempt, attempted_at, finished_at, failed_at, at_first_sight, worker, max_attempts, message)
            select f.source_id, 'x' || i, 1, f.attempted_at, f.finished_at, now(), false, f.worker, 3, repeat('long ', 200)
            from job_lineage.failure f, generate_series(1, 100000) i;
            insert into job_lineage.fingerprint (version, text) select 99, 'kind ' || i from generate_series(1, 3000) i;
            update job_lineage.failure f set fingerprint = p.id from job_lineage.fingerprint p where p.version = 99 and p.text = 'kind ' || f.id % 3000;
            insert into job_lineage.run (id, source_id, root_id, worker, version) select 900000 + i, f.source_id, 'root' || i, f.worker, 1
            from (select * from job_lineage.failure limit 1) f, generate_series(1, 2000) i;
            insert into job_lineage.job (source_id, id, run_id, stage_id, worker, queue, state, attempt, max_attempts, priority, hash)
            select f.source_id, f.job_id, 900000 + 1 + f.id % 2000, null, f.worker, f.worker, 6, 1, 1, 0, 0 from job_lineage.failure f where job_id like 'x%' and f.id % 2 = 0;
            """);
        var message = (await fixture.MakeAsync())!;
        Assert.Equal(100_001, message.Content.Failures);
        Assert.Equal(100_001, message.Content.MoreFailures + message.Content.Runs.Sum(r => r.Failures));
        Assert.All(message.Content.Runs, r => Assert.Equal(r.Failures, r.MoreFailures + r.Groups.Sum(g => g.Failures)));
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(message.Html), 1, 100_000);
        Assert.Equal(1_000, message.Content.RunCount);
    }

    [Fact]
    public async Task A_hundred_thousand_failures_cost_the_program_no_more_memory_than_a_hundred()
    {
        var size = new DigestSize(await PostgresFixture.ConnectionStringAsync(), DashboardProcess.Beside);
        var few = await size.MeasureAsync(100, 1, 1, default);
        var many = await size.MeasureAsync(100_000, 3_000, 2_000, default);
        Assert.InRange(few.Peak, 10_000_000, 500_000_000);
        // Read into memory they would be more than 60 MB.
        Assert.InRange(many.Peak, 10_000_000, few.Peak + 30_000_000);
        // Both forms, in base64.
        Assert.InRange(many.Bytes, few.Bytes, 300_000);
    }
}
