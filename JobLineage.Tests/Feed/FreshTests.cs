using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Engines;
using JobLineage.Tests.Lineage;
using Npgsql;

namespace JobLineage.Tests.Feed;

/// <summary>What is shown is true at the time that is shown, or is not called live.</summary>
public sealed class FreshTests
{
    private const string Steps = """
        create table tasks (id bigserial primary key, kind text);
        create table steps (task bigint primary key, state text);
        insert into tasks (kind) values ('sync'), ('page');
        insert into steps values (1, 'completed'), (2, 'available')
        """;

    private static readonly SourceMapping OfSteps = TasksTable.Mapping with { State = "(select s.state from steps s where s.task = job.id)" };

    [Fact]
    public async Task A_state_that_lies_in_another_table_is_followed_by_polling_and_is_right()
    {
        await using var fixture = await TasksTable.CreateAsync(Steps);
        // Somebody installed it before the mapping was what it is.
        await new TriggerInstaller(TasksTable.Mapping with { State = "'x'" }, fixture.Connections).InstallAsync();
        await using var feed = await FreshFeed.CreateAsync(fixture.Connections);
        await feed.StartAsync(OfSteps);
        await feed.UntilAsync(FeedState.Polling);
        await feed.UntilJobsAsync("1 completed, 2 available");

        // The job's own row does not change, neither while it is unfinished nor when it is finished.
        await fixture.Database.ExecuteAsync("update steps set state = 'executing' where task = 2");
        await feed.UntilJobsAsync("1 completed, 2 executing");
        await fixture.Database.ExecuteAsync("update steps set state = 'completed' where task = 2");
        await feed.UntilJobsAsync("1 completed, 2 completed");
        await fixture.Database.ExecuteAsync("update steps set state = 'discarded' where task = 1");
        await feed.UntilJobsAsync("1 discarded, 2 completed");
        Assert.Contains("followed by polling, since State reads other rows than the job's own", await feed.MessageAsync());
    }

    [Fact]
    public async Task A_time_that_is_shown_is_never_later_than_what_has_been_compared()
    {
        await using var fixture = await TasksTable.CreateAsync(Steps);
        await using var feed = await FreshFeed.CreateAsync(fixture.Connections);
        // The first comparison only: looks go on, and find what changes in unfinished and in new jobs; the time stands.
        await feed.StartAsync(OfSteps, options: FreshFeed.Fast with { OutsideInterval = TimeSpan.FromHours(1) });
        await feed.UntilAsync(async () => await feed.AsOfAsync() is not null);
        var changed = await fixture.Database.ScalarAsync<DateTime>("update steps set state = 'discarded' where task = 1 returning clock_timestamp()");
        await fixture.Database.ExecuteAsync("update steps set state = 'executing' where task = 2");
        await feed.UntilAsync(async () => (await feed.JobsAsync()).Contains("2 executing", StringComparison.Ordinal));
        Assert.True(await feed.AsOfAsync() < new DateTimeOffset(changed, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_view_and_a_table_that_others_inherit_from_are_never_called_live()
    {
        await using var fixture = await TasksTable.CreateAsync("""
            create table base (id bigint primary key, kind text, status text);
            create view tasks as select * from base;
            create table heap (id bigserial primary key, kind text, status text);
            create table heap_of_today () inherits (heap);
            """);
        Assert.Contains("it is a view", (await fixture.ProbedAsync(TasksTable.Mapping)).Reach);
        Assert.Contains("other tables inherit from it", (await fixture.ProbedAsync(TasksTable.Mapping with { Table = "heap" })).Reach);
        Assert.Contains("inherit", (await Assert.ThrowsAsync<TriggerException>(() => new TriggerInstaller(TasksTable.Mapping with { Table = "heap" }, fixture.Connections).InstallAsync())).Message);
        await using var feed = await FreshFeed.CreateAsync(fixture.Connections);
        await feed.StartAsync(TasksTable.Mapping, FeedKind.Trigger);
        await feed.UntilAsync(FeedState.Misconfigured);
        Assert.Contains("can't be followed by its trigger, since it is a view", await feed.MessageAsync());
    }

    [Fact]
    public async Task What_is_written_straight_into_partitions_is_pushed()
    {
        await using var fixture = await TasksTable.CreateAsync("""
            create table tasks (id bigint, kind text, status text, primary key (id)) partition by range (id);
            create table tasks_1 partition of tasks for values from (0) to (100);
            """);
        await new TriggerInstaller(TasksTable.Mapping, fixture.Connections).InstallAsync();
        await using var feed = await FreshFeed.CreateAsync(fixture.Connections);
        await feed.StartAsync(TasksTable.Mapping);
        await feed.UntilAsync(FeedState.Live);

        await fixture.Database.ExecuteAsync("insert into tasks_1 values (1, 'a', 'available'), (2, 'a', 'available'), (3, 'a', 'available')");
        await feed.UntilJobsAsync("1 available, 2 available, 3 available");
        await fixture.Database.ExecuteAsync("update tasks_1 set status = 'completed' where id = 1; delete from tasks_1 where id = 2; update tasks_1 set id = 4 where id = 3");
        await feed.UntilJobsAsync("1 completed, 4 available");
        // One that is made later has the triggers too; one that is emptied or taken away fires none.
        await fixture.Database.ExecuteAsync("create table tasks_2 partition of tasks for values from (100) to (200); insert into tasks_2 values (101, 'a', 'completed')");
        await feed.UntilJobsAsync("1 completed, 101 completed, 4 available");
        await fixture.Database.ExecuteAsync("update tasks_2 set status = 'available'");
        await feed.UntilJobsAsync("1 completed, 101 available, 4 available");
        // The catalog is looked at now and then: one that comes and goes between two looks leaves no trace there.
        for (var look = 0; look < 2; look++)
        {
            var seen = await feed.AsOfAsync();
            await feed.UntilAsync(async () => await feed.AsOfAsync() > seen + 2 * FreshFeed.Fast.SafetyInterval);
        }

        await fixture.Database.ExecuteAsync("truncate tasks_2; alter table tasks detach partition tasks_2");
        await feed.UntilJobsAsync("1 completed, 4 available");
        Assert.Null(await feed.MessageAsync());
    }

    [Fact]
    public async Task A_clone_of_the_trigger_that_is_switched_off_is_no_whole_installation()
    {
        await using var fixture = await TasksTable.CreateAsync("""
            create table tasks (id bigint, kind text, status text, primary key (id)) partition by range (id);
            create table tasks_1 partition of tasks for values from (0) to (100);
            """);
        var installer = new TriggerInstaller(TasksTable.Mapping, fixture.Connections);
        await installer.InstallAsync();
        Assert.Equal(TriggerPresence.Ready, (await installer.InspectAsync(default)).Presence);
        await fixture.Database.ExecuteAsync("alter table tasks_1 disable trigger job_lineage_update");
        Assert.Equal(TriggerPresence.Incomplete, (await installer.InspectAsync(default)).Presence);
    }

    [Fact]
    public async Task Rows_that_row_level_security_hides_are_said()
    {
        await using var fixture = await TasksTable.CreateAsync("create table tasks (id bigserial primary key, kind text, status text); alter table tasks enable row level security");
        var role = fixture.Database.Name + "_tenant";
        await fixture.Database.ExecuteAsync($"create role {role} login; grant select on tasks to {role}; create policy own on tasks for select to {role} using (kind = 'mine')");
        try
        {
            await using var tenant = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString) { Options = $"-c role={role}", Pooling = false });
            await using var feed = await FreshFeed.CreateAsync(tenant);
            await feed.StartAsync(TasksTable.Mapping);
            await feed.UntilAsync(FeedState.Polling);
            Assert.Contains("Row level security may hide rows of source 'tasks'", await feed.MessageAsync());
            await fixture.Database.ExecuteAsync($"create policy every on tasks for select to {role} using (true)");
            Assert.False((await SourceProbe.ProbeAsync(TasksTable.Mapping, tenant)).Source!.HidesRows);
            await fixture.Database.ExecuteAsync($"create policy but on tasks as restrictive for select to {role} using (kind <> 'secret')");
            Assert.True((await SourceProbe.ProbeAsync(TasksTable.Mapping, tenant)).Source!.HidesRows);
            // Whom it does not concern sees all.
            Assert.False((await fixture.ProbedAsync(TasksTable.Mapping)).HidesRows);
        }
        finally
        {
            await fixture.Database.ExecuteAsync($"drop owned by {role}; drop role {role}");
        }
    }

    [Fact]
    public async Task A_corrected_mapping_reaches_what_is_stored_and_jobs_stay_the_same()
    {
        await using var fixture = await TasksTable.CreateAsync("""
            create table tasks (id bigserial primary key, kind text, label text, status text, made timestamptz, wrong timestamptz);
            insert into tasks (kind, label, status, made, wrong) select 'k', 'App.Sync', 'failed', timestamptz '2026-01-01 12:00Z' + n * interval '1 s', '2020-01-01Z' from generate_series(1, 20) n
            """);
        var mapping = TasksTable.Mapping with
        {
            States = new Dictionary<string, JobState> { ["failed"] = JobState.Discarded },
            InsertedAt = "wrong",
        };
        await using var feed = await FreshFeed.CreateAsync(fixture.Connections);
        await feed.StartAsync(mapping, FeedKind.Poll);
        await feed.UntilAsync(FeedState.Polling);
        const string Shown = "select string_agg(distinct concat_ws(' ', l.text, j.inserted_at at time zone 'utc'), ',') from job_lineage.job j join job_lineage.label l on l.id = j.worker where j.id = '7'";
        Assert.Equal("k 2020-01-01 00:00:00", await feed.StoredAsync<string>(Shown));
        var failures = await feed.StoredAsync<string>("select string_agg(id::text, ',' order by id) from job_lineage.failure");
        // The beginning of its story is behind it: what comes now would be news.
        await feed.StopAsync();

        await feed.StartAsync(mapping with { Worker = "label", InsertedAt = "made" }, FeedKind.Poll);

        await feed.UntilAsync(async () => await feed.StoredAsync<string>(Shown) == "App.Sync 2026-01-01 12:00:07");
        await feed.UntilAsync(FeedState.Polling);
        Assert.Equal(20, await feed.StoredAsync<long>("select count(*) from job_lineage.job"));
        Assert.Equal(failures, await feed.StoredAsync<string>("select string_agg(id::text, ',' order by id) from job_lineage.failure"));
        // The same mapping again reads nothing anew.
        await feed.StartAsync(mapping with { Worker = "label", InsertedAt = "made", JobUrl = "https://example.org/{id}" }, FeedKind.Poll);
        await feed.UntilAsync(async () => await feed.StoredAsync<long>("select epoch from job_lineage.source") == 3);
        Assert.True(await feed.StoredAsync<bool>("select backfilled and not rereading from job_lineage.source"));
    }

    [Fact]
    public void A_mapping_has_another_fingerprint_when_rows_are_read_in_another_way()
    {
        var mapping = TasksTable.Mapping;
        SourceMapping[] others =
        [
            mapping with { State = "state" }, mapping with { Table = "jobs" }, mapping with { TimeZone = "Europe/Berlin" }, mapping with { Args = "args" },
            mapping with { States = new Dictionary<string, JobState>(mapping.States) { ["x"] = JobState.Completed } }, mapping with { Steps = ["a"] },
            mapping with { ExpectedChildrenOf = new Dictionary<string, string> { ["a"] = "1" } },
        ];
        Assert.Equal(others.Length + 1, others.Append(mapping).Select(MappingFingerprint.Of).Distinct().Count());
        Assert.Equal(MappingFingerprint.Of(mapping), MappingFingerprint.Of(mapping with { JobUrl = "https://x/{id}", Name = "other", Unfinished = ["true"] }));
    }
}
