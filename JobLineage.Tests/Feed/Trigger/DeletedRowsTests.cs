using JobLineage.Core.Feed;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Model;
using JobLineage.Tests.Engines;
using JobLineage.Tests.Lineage;
using static JobLineage.Tests.Feed.Trigger.DeletingQueue;

namespace JobLineage.Tests.Feed.Trigger;

/// <summary>What is known of jobs whose queue deletes them when they end.</summary>
public sealed class DeletedRowsTests
{
    [Fact]
    public async Task A_job_that_comes_and_goes_between_two_looks_is_known_by_its_last_image()
    {
        await using var fixture = await FollowedAsync();
        // In one transaction: nobody can have seen them.
        await fixture.ExecuteAsync("""
            begin;
            insert into work (kind_id, price, note, mood) values (1, 12.50, 'ünï "quoted"', 'urgent');
            insert into work (kind_id, payload) select 2, json_build_object('parent', '1', 'n', n) from generate_series(1, 3) n;
            insert into work (kind_id, payload, attempts) values (3, '{"parent": "2"}', 3);
            update work set locked_at = '2026-03-01T10:00:00Z', attempts = 1 where id in (1, 2, 3);
            delete from work where id in (1, 2, 3, 4);
            commit
            """);

        await fixture.Feed.UntilAsync(async () => await fixture.EndedAsync() == "1 sync completed, 2 page completed, 3 page completed, 4 page cancelled, 5 detail discarded");
        Assert.Equal("urgent", await fixture.Feed.StoredAsync<string>("select l.text from job_lineage.job j join job_lineage.label l on l.id = j.queue where j.id = '1'"));
        Assert.Equal("""{"note": "ünï \"quoted\"", "price": 12.50}""", await fixture.Feed.StoredAsync<string>("select meta from job_lineage.job where id = '1'"));
        Assert.Equal("2026-03-01 10:00:00Z", (await fixture.Feed.StoredAsync<DateTime>("select attempted_at from job_lineage.job where id = '1'")).ToString("u"));
        Assert.True(await fixture.Feed.StoredAsync<bool>("select bool_and(finished_at > now() - interval '5 minutes') from job_lineage.job where id in ('1', '2', '3')"));
        // All of them in the run of the one that nobody saw.
        Assert.Equal("1 5", await fixture.Feed.StoredAsync<string>("select root_id || ' ' || (select count(*) from job_lineage.job j where j.run_id = r.id) from job_lineage.run r"));
        await fixture.Feed.UntilAsync(async () => await fixture.Source.Database.ScalarAsync<long>($"select count(*) from {fixture.Names.Change}") == 0);
    }

    [Fact]
    public async Task An_image_is_read_where_runs_share_a_key_too()
    {
        await using var fixture = await FollowedAsync(Mapping with { ParentId = null, RunKey = "job.payload->>'run'" });
        await fixture.ExecuteAsync("""
            begin;
            insert into work (kind_id, payload, locked_at) values (1, '{"run": "a"}', now()), (2, '{"run": "a"}', now());
            delete from work;
            commit
            """);

        await fixture.Feed.UntilAsync(async () => await fixture.EndedAsync() == "1 sync completed, 2 page completed");
    }

    [Fact]
    public async Task One_that_was_seen_before_ends_as_its_image_says()
    {
        await using var fixture = await FollowedAsync();
        await fixture.ExecuteAsync("insert into work (kind_id) values (1), (1), (1)");
        await fixture.Feed.UntilJobsAsync("1 available, 2 available, 3 available");

        await fixture.ExecuteAsync("update work set locked_at = now() where id = 1; delete from work where id = 1; delete from work where id = 2; update work set attempts = 3 where id = 3; delete from work where id = 3");

        await fixture.Feed.UntilAsync(async () => await fixture.EndedAsync() == "1 sync completed, 2 sync cancelled, 3 sync discarded");
        // As any job whose row is gone: kept, and counted as it ended.
        Assert.Equal("2 2 2", await fixture.Feed.StoredAsync<string>("select string_agg((flags & 7)::text, ' ' order by id) from job_lineage.job"));
    }

    [Fact]
    public async Task What_a_session_sets_of_times_and_texts_changes_nothing()
    {
        await using var fixture = await FollowedAsync();
        await fixture.ExecuteAsync("""
            begin;
            set datestyle = 'SQL, DMY'; set timezone = 'Asia/Tokyo'; set bytea_output = 'escape'; set intervalstyle = 'sql_standard';
            insert into work (kind_id, locked_at, created_at) values (1, '2026-03-02T10:00:00Z', '2026-03-02T09:00:00Z');
            delete from work;
            commit
            """);

        await fixture.Feed.UntilAsync(async () => await fixture.EndedAsync() == "1 sync completed");
        Assert.Equal("2026-03-02 09:00:00Z 2026-03-02 10:00:00Z", await fixture.Feed.StoredAsync<string>(
            "select to_char(inserted_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS\"Z\"') || ' ' || to_char(attempted_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS\"Z\"') from job_lineage.job"));
    }

    [Fact]
    public async Task What_is_too_long_for_an_image_is_left_out_and_said_to_be_cut_and_the_job_is_kept()
    {
        await using var fixture = await FollowedAsync();
        await fixture.ExecuteAsync("""
            begin;
            insert into work (kind_id, payload, note, locked_at) values (1, json_build_object('text', repeat('x', 9000)), repeat('é', 9000), now());
            delete from work;
            commit
            """);

        await fixture.Feed.UntilAsync(async () => await fixture.EndedAsync() == "1 sync completed");
        Assert.Equal("True", await fixture.Feed.StoredAsync<string>("select case when p.args is null and j.flags & 16 <> 0 and p.meta like '%éééé%' then 'True' else p.args end from job_lineage.job j join job_lineage.payload p using (source_id, id)"));
    }

    [Fact]
    public async Task An_image_that_cannot_be_read_takes_no_other_with_it_and_stops_nobody()
    {
        await using var fixture = await FollowedAsync(Mapping with { Attempt = "(job.note)::int" });
        await fixture.ExecuteAsync("begin; insert into work (kind_id, note, locked_at) values (1, '1', now()), (1, 'many', now()), (1, '3', now()); delete from work; commit");
        await fixture.ExecuteAsync("insert into work (kind_id, note) values (2, '5')");

        await fixture.Feed.UntilAsync(async () => await fixture.EndedAsync() == "1 sync completed, 3 sync completed, 4 page available");
    }

    [Fact]
    public async Task A_change_of_another_table_is_announced_and_one_of_a_table_of_names_need_not_be()
    {
        await using var fixture = await FollowedAsync();
        await fixture.ExecuteAsync("insert into work (kind_id) values (1), (2)");
        await fixture.Feed.UntilJobsAsync("1 available, 2 available");

        await fixture.ExecuteAsync("insert into notes values (2, 7)");
        await fixture.Feed.UntilAsync(async () => await fixture.Feed.StoredAsync<int>("select priority from job_lineage.job where id = '2'") == 7);
        await fixture.ExecuteAsync("update notes set work_id = 1");
        await fixture.Feed.UntilAsync(async () => await fixture.Feed.StoredAsync<string>("select string_agg(priority::text, ' ' order by id) from job_lineage.job") == "7 0");
        await fixture.ExecuteAsync("insert into notes values (null, 3); delete from notes where work_id = 1");
        await fixture.Feed.UntilAsync(async () => await fixture.Feed.StoredAsync<string>("select string_agg(priority::text, ' ' order by id) from job_lineage.job") == "0 0");
        Assert.Null(await fixture.Feed.MessageAsync());
    }

    [Fact]
    public async Task A_producer_never_fails_by_what_an_image_is_made_of()
    {
        await using var fixture = await FollowedAsync(Mapping with { Attempt = "(job.note)::int", Priority = "1 / nullif(job.attempts - 7, 0)" });
        await fixture.ExecuteAsync("""insert into work (kind_id, payload, note, attempts) values (1, '{"x": "\u0000"}', 'no number', 7); delete from work""");
        Assert.Equal(0, await fixture.Source.Database.ScalarAsync<long>("select count(*) from work"));
    }

    [Fact]
    public async Task By_polling_alone_the_source_says_what_it_cannot_know()
    {
        await using var fixture = await FollowedAsync(install: false);
        await fixture.ExecuteAsync("insert into work (kind_id) values (1)");
        await fixture.Feed.UntilJobsAsync("1 available");
        await fixture.ExecuteAsync("update work set locked_at = now(); delete from work");

        // It is in no run, and in no count.
        await fixture.Feed.UntilAsync(async () => await fixture.EndedAsync() == "");
        Assert.Contains("deletes jobs when they end: polling does not see one that comes and goes between two looks", await fixture.Feed.MessageAsync());
    }

    [Fact]
    public async Task A_gap_in_the_log_is_said()
    {
        await using var fixture = await FollowedAsync();
        Assert.Null(await fixture.Feed.MessageAsync());
        await fixture.Feed.StopAsync();
        await fixture.ExecuteAsync($"select setval('{fixture.Names.Gate}', {TriggerNames.Asleep}); insert into work (kind_id) values (1); delete from work");

        await fixture.Feed.StartAsync(Mapping);
        await fixture.Feed.UntilAsync(async () => (await fixture.Feed.MessageAsync())?.Contains("may lack the last image") == true);
    }

    [Fact]
    public async Task What_an_image_lacks_takes_nothing_from_what_was_read_before()
    {
        await using var fixture = await FollowedAsync();
        await fixture.ExecuteAsync("insert into work (kind_id) values (1); insert into work (kind_id, payload) values (2, json_build_object('parent', 1, 'text', repeat('x', 9000)))");
        await fixture.Feed.UntilJobsAsync("1 available, 2 available");
        const string Kept = "select r.root_id || ' ' || j.parent_id || ' ' || (length(p.args) > 1000) from job_lineage.job j join job_lineage.payload p using (source_id, id) join job_lineage.run r on r.id = j.run_id where j.id = '2'";
        Assert.Equal("1 1 true", await fixture.Feed.StoredAsync<string>(Kept));

        await fixture.ExecuteAsync("update work set locked_at = now(), attempts = 1 where id = 2; delete from work where id = 2");
        await fixture.Feed.UntilAsync(async () => await fixture.EndedAsync() == "1 sync available, 2 page completed");
        Assert.Equal("1 1 true", await fixture.Feed.StoredAsync<string>(Kept));
        Assert.Equal(1, await fixture.Feed.StoredAsync<int>("select attempt from job_lineage.job where id = '2'"));
    }

    [Fact]
    public async Task An_id_that_comes_back_is_another_job_and_the_earlier_one_ended_as_its_image_says()
    {
        await using var fixture = await FollowedAsync();
        await fixture.ExecuteAsync("insert into work (id, kind_id, created_at) values (5, 1, '2026-03-01T10:00:00Z')");
        await fixture.Feed.UntilJobsAsync("5 available");

        await fixture.ExecuteAsync("""
            begin;
            update work set attempts = 3;
            delete from work;
            insert into work (id, kind_id, created_at, locked_at) values (5, 2, '2026-03-02T10:00:00Z', now());
            delete from work;
            insert into work (id, kind_id, created_at) values (5, 3, '2026-03-03T10:00:00Z');
            commit
            """);
        await fixture.Feed.UntilAsync(async () => await fixture.EndedAsync() is var ended
            && ended.Contains("5 detail available", StringComparison.Ordinal) && ended.Contains("page completed", StringComparison.Ordinal) && ended.Contains("sync discarded", StringComparison.Ordinal));
        Assert.Equal(3, await fixture.Feed.StoredAsync<long>("select count(*) from job_lineage.job"));
        Assert.Equal(1, await fixture.Feed.StoredAsync<long>("select count(*) from job_lineage.failure"));
    }

    [Fact]
    public async Task A_row_that_the_store_refuses_makes_no_deleted_job_one_that_is_there()
    {
        await using var fixture = await FollowedAsync();
        await fixture.Feed.StoredAsync<object>("alter table job_lineage.job add constraint refused check (id <> '2' or 1 / (case when id = '2' then 0 else 1 end) = 1)");
        await fixture.ExecuteAsync("begin; insert into work (kind_id, locked_at) values (1, now()), (2, now()), (3, now()); delete from work; commit");

        await fixture.Feed.UntilAsync(async () => await fixture.EndedAsync() == "1 sync completed, 3 detail completed");
        Assert.Equal("2 2", await fixture.Feed.StoredAsync<string>("select string_agg((flags & 7)::text, ' ' order by id) from job_lineage.job where id in ('1', '3')"));
    }

    [Fact]
    public async Task What_polling_did_not_see_is_said_after_the_trigger_was_installed_too_for_a_day()
    {
        await using var fixture = await FollowedAsync(install: false);
        await new TriggerInstaller(Mapping, fixture.Source.Connections).InstallAsync();
        await fixture.Feed.StopAsync();
        await fixture.Feed.StartAsync(Mapping);
        await fixture.Feed.UntilAsync(FeedState.Live);
        Assert.Contains("may lack the last image", await fixture.Feed.MessageAsync());

        await fixture.Feed.StopAsync();
        await fixture.Feed.StoredAsync<object>("update job_lineage.source set images_lost_at = now() - interval '25 hours'");
        await fixture.Feed.StartAsync(Mapping);
        await fixture.Feed.UntilAsync(async () => await fixture.Feed.MessageAsync() is null);

        // Emptied while nobody looked.
        await fixture.Feed.StopAsync();
        await fixture.ExecuteAsync($"truncate {fixture.Names.Change}");
        await fixture.Feed.StartAsync(Mapping);
        await fixture.Feed.UntilAsync(async () => (await fixture.Feed.MessageAsync())?.Contains("may lack the last image") == true);
    }

    [Fact]
    public async Task A_program_that_reads_once_reads_the_log_too()
    {
        await using var fixture = await FollowedAsync();
        await fixture.ExecuteAsync("insert into work (kind_id) values (1)");
        await fixture.Feed.UntilJobsAsync("1 available");
        await fixture.Feed.StopAsync();
        await fixture.ExecuteAsync("update work set attempts = 3; delete from work; begin; insert into work (kind_id, locked_at) values (2, now()); delete from work where id = 2; commit");

        Assert.Null(await fixture.Feed.ReadOnceAsync(Mapping));
        Assert.Equal("1 sync discarded, 2 page completed", await fixture.EndedAsync());
        Assert.Null(await fixture.Feed.MessageAsync());
        Assert.Equal(1, await fixture.Feed.StoredAsync<long>("select count(*) from job_lineage.failure"));
    }

    [Fact]
    public async Task Many_large_images_are_read_part_by_part_and_all_of_them()
    {
        await using var fixture = await FollowedAsync();
        await fixture.Feed.StopAsync();
        await fixture.ExecuteAsync("""
            begin;
            insert into work (kind_id, locked_at, note) select 1, now(), (select string_agg(md5(n::text || i::text), '') from generate_series(1, 240) i) from generate_series(1, 1500) n;
            delete from work;
            commit
            """);
        var consumer = new TriggerConsumer(fixture.Source.Connections, fixture.Names, isWide: true);
        var drained = await consumer.DrainAsync(5_000, default);
        Assert.True(drained.HasMore);
        Assert.InRange(drained.Images.Count, 1, 1_499);

        await fixture.Feed.StartAsync(Mapping);
        await fixture.Feed.UntilAsync(async () => await fixture.Feed.StoredAsync<long>("select count(*) from job_lineage.job where state = 5 and flags & 7 = 2") == 1500);
    }
}
