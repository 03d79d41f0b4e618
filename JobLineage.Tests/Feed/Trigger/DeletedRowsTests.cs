using JobLineage.Core.Feed;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Model;
using JobLineage.Tests.Engines;
using JobLineage.Tests.Lineage;

namespace JobLineage.Tests.Feed.Trigger;

/// <summary>A queue that deletes a job when it ends, and keeps names in other tables, as graphile-worker does.</summary>
public sealed class DeletedRowsTests
{
    private const string Tables = """
        create table kinds (id int primary key, name text not null);
        insert into kinds values (1, 'sync'), (2, 'page'), (3, 'detail');
        create type mood as enum ('calm', 'urgent');
        create table work (
            id bigserial primary key, kind_id int not null references kinds, payload json not null default '{}', attempts int not null default 0, locked_at timestamptz,
            mood mood, price numeric(10, 2), note varchar(10000), created_at timestamptz not null default now(), unmapped text);
        create table notes (work_id bigint, priority int not null);
        """;

    private static readonly SourceMapping Mapping = new()
    {
        Name = "work",
        Table = "work",
        Joins = "left join {schema}.kinds k on k.id = job.kind_id left join lateral (select max(n.priority) as priority from {schema}.notes n where n.work_id = job.id) n on true",
        Changes = [new("kinds", null), new("notes", "work_id")],
        State = "case when job.locked_at is not null then 'executing' when job.attempts >= 3 then 'discarded' else 'available' end",
        States = JobStates.All.ToDictionary(s => s.Name()),
        Deleted = "case when job.locked_at is not null then 'completed' when job.attempts < 3 then 'cancelled' end",
        Worker = "k.name",
        Queue = "job.mood",
        ParentId = "job.payload->>'parent'",
        Attempt = "job.attempts",
        MaxAttempts = "3",
        Priority = "n.priority",
        InsertedAt = "job.created_at",
        AttemptedAt = "job.locked_at",
        Args = "job.payload",
        Meta = "jsonb_build_object('price', job.price, 'note', job.note)",
    };

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
        Assert.Equal("True", await fixture.Feed.StoredAsync<string>("select case when args is null and flags & 16 <> 0 and meta like '%éééé%' then 'True' else args end from job_lineage.job"));
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
    public async Task Another_mapping_asks_for_another_installation_and_gets_it_by_installing_again()
    {
        await using var fixture = await FollowedAsync();
        await fixture.Feed.StopAsync();
        var wider = Mapping with { Meta = "jsonb_build_object('unmapped', job.unmapped)" };
        var installer = new TriggerInstaller(wider, fixture.Source.Connections);
        var found = await installer.InspectAsync(default);
        Assert.Equal(TriggerPresence.OtherMapping, found.Presence);
        Assert.Contains("installed for another mapping", found.Problem("work"));

        await installer.InstallAsync();
        Assert.Equal(TriggerPresence.Ready, (await installer.InspectAsync(default)).Presence);
        await fixture.Feed.StartAsync(wider);
        await fixture.Feed.UntilAsync(FeedState.Live);
        await fixture.ExecuteAsync("begin; insert into work (kind_id, locked_at, unmapped) values (1, now(), 'now it is'); delete from work; commit");
        await fixture.Feed.UntilAsync(async () => await fixture.Feed.StoredAsync<string>("select meta from job_lineage.job") == """{"unmapped": "now it is"}""");

        // Without any of it, what is not named any more goes, and the log is what it was.
        var plain = wider with { Deleted = null, Changes = [], Joins = null, Worker = "job.kind_id", Priority = null };
        await fixture.Feed.StopAsync();
        await new TriggerInstaller(plain, fixture.Source.Connections).InstallAsync();
        Assert.Equal(TriggerPresence.Ready, (await new TriggerInstaller(plain, fixture.Source.Connections).InspectAsync(default)).Presence);
        Assert.Equal(0, await fixture.Source.Database.ScalarAsync<long>("select count(*) from pg_trigger where tgrelid = 'notes'::regclass and not tgisinternal"));
        Assert.Equal("u", await fixture.Source.Database.ScalarAsync<string>($"select relpersistence::text from pg_class where oid = '{fixture.Names.Change}'::regclass"));
        await new TriggerInstaller(plain, fixture.Source.Connections).UninstallAsync();
        Assert.Equal(0, await fixture.Source.Database.ScalarAsync<long>("select count(*) from pg_namespace where nspname = 'job_lineage'"));
    }

    [Fact]
    public async Task A_trigger_of_another_table_that_is_disabled_makes_the_installation_incomplete()
    {
        await using var fixture = await FollowedAsync();
        await fixture.Feed.StopAsync();
        await fixture.ExecuteAsync("alter table notes disable trigger all");
        Assert.Equal(TriggerPresence.Incomplete, (await new TriggerInstaller(Mapping, fixture.Source.Connections).InspectAsync(default)).Presence);
    }

    [Theory]
    [InlineData("note", "work_id", "public.note, which its Changes name, is not there")]
    [InlineData("notes", "job_id", "public.notes, which its Changes name, has no column 'job_id'")]
    [InlineData("seen", "id", "public.seen, which its Changes name, is not a table")]
    public async Task A_wrong_table_among_those_that_announce_is_said(string table, string column, string said)
    {
        await using var fixture = await TasksTable.CreateAsync(Tables + "create view seen as select * from work;");
        Assert.Contains(said, (await fixture.ProblemAsync(Mapping with { Changes = [new("kinds", null), new(table, column)] })).Message);
    }

    [Fact]
    public async Task A_table_that_is_read_and_not_announced_is_named_and_the_source_is_polled()
    {
        await using var fixture = await TasksTable.CreateAsync(Tables);
        var source = await fixture.ProbedAsync(Mapping with { Attempt = "n.priority", Changes = [new("kinds", null)] });
        Assert.Equal("""Attempt reads "public"."notes", which is not among its Changes""", source.Reach);
        Assert.Null((await fixture.ProbedAsync(Mapping with { Attempt = "n.priority" })).Reach);
    }

    private static async Task<Followed> FollowedAsync(SourceMapping? mapping = null, bool install = true)
    {
        var source = await TasksTable.CreateAsync(Tables);
        mapping ??= Mapping;
        if (install)
            await new TriggerInstaller(mapping, source.Connections).InstallAsync();
        var feed = await FreshFeed.CreateAsync(source.Connections);
        await feed.StartAsync(mapping);
        await feed.UntilAsync(install ? FeedState.Live : FeedState.Polling);
        return new(source, feed, TriggerNames.Of(mapping));
    }

    private sealed record Followed(LineageFixture Source, FreshFeed Feed, TriggerNames Names) : IAsyncDisposable
    {
        public Task ExecuteAsync(string sql) => Source.Database.ExecuteAsync(sql);

        /// <summary>The jobs that are counted: id, worker and state.</summary>
        public async Task<string> EndedAsync() => await Feed.StoredAsync<string>("""
            select string_agg(j.id || ' ' || l.text || ' ' || (array['available','scheduled','suspended','executing','retryable','completed','discarded','cancelled'])[j.state + 1], ', ' order by j.id collate "C")
            from job_lineage.job j join job_lineage.label l on l.id = j.worker where j.flags & 5 = 0
            """) ?? "";

        public async ValueTask DisposeAsync()
        {
            await Feed.DisposeAsync();
            await Source.DisposeAsync();
        }
    }
}
