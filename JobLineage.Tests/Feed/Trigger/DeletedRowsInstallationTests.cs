using JobLineage.Core.Feed;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Model;
using JobLineage.Tests.Engines;
using JobLineage.Tests.Lineage;
using static JobLineage.Tests.Feed.Trigger.DeletingQueue;

namespace JobLineage.Tests.Feed.Trigger;

/// <summary>What is installed for a queue that deletes its jobs, as its mapping and its tables change.</summary>
public sealed class DeletedRowsInstallationTests
{
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

    [Fact]
    public async Task Other_tables_in_another_order_leave_no_trigger_that_reads_the_wrong_column()
    {
        await using var fixture = await FollowedAsync();
        await fixture.Feed.StopAsync();
        await fixture.ExecuteAsync("create table steps (job bigint)");
        var steps = new ChangeTable("steps", "job");
        foreach (var changes in (ChangeTable[][])[[.. Mapping.Changes, steps], [steps, .. Mapping.Changes], [steps]])
        {
            var mapping = Mapping with { Changes = changes };
            var installer = new TriggerInstaller(mapping, fixture.Source.Connections);
            Assert.Equal(TriggerPresence.OtherMapping, (await installer.InspectAsync(default)).Presence);
            await installer.InstallAsync();
            Assert.Equal(TriggerPresence.Ready, (await installer.InspectAsync(default)).Presence);
            await fixture.ExecuteAsync($"truncate {fixture.Names.Change}; insert into steps values (7); insert into notes values (8, 1); delete from steps; delete from notes");
            Assert.Equal(
                changes.Any(c => c.Table == "notes") ? 4 : 2,
                await fixture.Source.Database.ScalarAsync<long>($"select count(*) from {fixture.Names.Change}"));
        }

        Assert.Equal(2, await fixture.Source.Database.ScalarAsync<long>("select count(*) from pg_proc where pronamespace = 'job_lineage'::regnamespace"));
    }

    [Fact]
    public async Task A_column_that_an_image_keeps_can_be_dropped_and_nobody_fails_by_it()
    {
        await using var fixture = await FollowedAsync(Mapping with { Meta = "jsonb_build_object('note', job.note)" });
        await fixture.ExecuteAsync("insert into work (kind_id, locked_at) values (1, now())");
        await fixture.Feed.UntilJobsAsync("1 executing");
        await fixture.Feed.StopAsync();

        await fixture.ExecuteAsync("alter table work rename column note to remark; delete from work");
        Assert.Equal(0, await fixture.Source.Database.ScalarAsync<long>("select count(*) from work"));
        var mapping = Mapping with { Meta = "jsonb_build_object('note', job.note)" };
        Assert.Equal(TriggerPresence.Incomplete, (await new TriggerInstaller(mapping, fixture.Source.Connections).InspectAsync(default)).Presence);
        await new TriggerInstaller(mapping, fixture.Source.Connections).InstallAsync();
        Assert.Equal(TriggerPresence.Ready, (await new TriggerInstaller(mapping, fixture.Source.Connections).InspectAsync(default)).Presence);
    }

    [Fact]
    public async Task A_partitioned_table_announces_as_any_other()
    {
        await using var source = await TasksTable.CreateAsync(Tables + "drop table notes; create table notes (work_id bigint, priority int not null) partition by hash (work_id); create table notes_0 partition of notes for values with (modulus 2, remainder 0); create table notes_1 partition of notes for values with (modulus 2, remainder 1);");
        var mapping = Mapping with { Attempt = "n.priority" };
        Assert.Null((await source.ProbedAsync(mapping)).Reach);
        var installer = new TriggerInstaller(mapping, source.Connections);
        await installer.InstallAsync();
        await using var feed = await FreshFeed.CreateAsync(source.Connections);
        await feed.StartAsync(mapping);
        await feed.UntilAsync(FeedState.Live);
        await source.Database.ExecuteAsync("insert into work (kind_id) values (1)");
        await feed.UntilJobsAsync("1 available");
        await source.Database.ExecuteAsync("insert into notes_0 select n, 1 from generate_series(1, 1) n where satisfies_hash_partition('notes'::regclass, 2, 0, n::bigint); insert into notes_1 select n, 1 from generate_series(1, 1) n where satisfies_hash_partition('notes'::regclass, 2, 1, n::bigint)");
        await feed.UntilAsync(async () => await feed.StoredAsync<int>("select attempt from job_lineage.job") == 1);

        await source.Database.ExecuteAsync("alter table notes_0 disable trigger all");
        Assert.Equal(TriggerPresence.Incomplete, (await installer.InspectAsync(default)).Presence);
    }

    [Fact]
    public async Task A_value_that_was_cut_need_not_be_one_of_its_domain()
    {
        await using var source = await TasksTable.CreateAsync(Tables + "create domain whole as text check (value like '%end'); alter table work add column text whole;");
        var mapping = Mapping with { Meta = "jsonb_build_object('text', job.text)" };
        await new TriggerInstaller(mapping, source.Connections).InstallAsync();
        await using var feed = await FreshFeed.CreateAsync(source.Connections);
        await feed.StartAsync(mapping);
        await feed.UntilAsync(FeedState.Live);
        await source.Database.ExecuteAsync("begin; insert into work (kind_id, locked_at, text) values (1, now(), repeat('x', 9000) || 'end'); delete from work; commit");
        await feed.UntilAsync(async () => await feed.StoredAsync<long>("select count(*) from job_lineage.job where state = 5") == 1);
    }
}
