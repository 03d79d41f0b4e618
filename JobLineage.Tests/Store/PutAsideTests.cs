using JobLineage.Bench.Checking;
using JobLineage.Core.Alerts;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;

namespace JobLineage.Tests.Store;

/// <summary>One bad row never stops a source: it is named, and all others go on.</summary>
public sealed class PutAsideTests
{
    private const string Poison = "'{\"x\":\"\\u0000\"}'";

    private static readonly SourceMapping Tasks = new()
    {
        Name = "t",
        Table = "t",
        State = "status",
        States = JobStates.All.ToDictionary(s => s.Name()),
        Worker = "kind",
        ParentId = "payload->>'parent'",
    };

    private static readonly SourceMapping Wide = Tasks with
    {
        ParentId = "parent",
        InsertedAt = "at",
        Args = "payload->>'x'",
        FinishedAt = "case when payload::text like '%done%' then (payload->>'done')::timestamptz end",
    };

    [Fact]
    public async Task A_row_whose_parent_can_t_be_read_is_named_and_all_others_are_read()
    {
        await using var fixture = await TasksAsync();
        await fixture.SqlAsync($"insert into t (status, kind, payload) select 'completed', 'A', case when i = 17 then {Poison}::json else '{{}}' end from generate_series(1, 300) i");
        var feed = await fixture.FilledAsync(Tasks);
        Assert.Equal(299, await fixture.CountAsync("job"));
        var bad = Assert.Single(await fixture.PutAsideAsync("t"));
        Assert.Equal(("17", "ParentId", false, "22P05"), (bad.Id, bad.Member, bad.IsKept, bad.SqlState));
        Assert.StartsWith("ParentId of row 17 can't be read: unsupported Unicode escape sequence (22P05).", bad.Sentence);
        Assert.Equal(0, await feed.ReconcileAsync());
        // The poll feed, the reading of changed rows and the comparison go on with the others.
        await fixture.SqlAsync("insert into t (status, kind, payload) values ('available', 'B', '{\"parent\": 5}')");
        await feed.TickAsync();
        Assert.Equal(2, (await fixture.RunAsync(5, "t")).Total);
        // And when the row is mended it is read like any other.
        await fixture.SqlAsync("update t set payload = '{\"parent\": 5}' where id = 17");
        await feed.TickAsync();
        Assert.Equal(3, (await fixture.RunAsync(5, "t")).Total);
        Assert.Empty(await fixture.PutAsideAsync("t"));
        await EqualAsync(fixture, feed, Tasks);
    }

    [Fact]
    public async Task A_key_that_no_index_takes_stands_in_the_way_of_nothing_and_runs_stay_apart()
    {
        await using var fixture = await TasksAsync();
        await fixture.SqlAsync(
            """
            insert into t (status, kind, payload)
            select 'completed', 'A', json_build_object('key', (select string_agg(md5(n::text), '') from generate_series(1, 400) n) || i % 2) from generate_series(1, 6) i
            """);
        var mapping = Tasks with { ParentId = null, RunKey = "payload->>'key'" };
        var feed = await fixture.FilledAsync(mapping);
        Assert.Equal((3L, 3L), ((await fixture.RunAsync(1, "t")).Total, (await fixture.RunAsync(2, "t")).Total));
        Assert.Empty(await fixture.PutAsideAsync("t"));
        await EqualAsync(fixture, feed, mapping);
    }

    [Fact]
    public async Task Ids_and_parents_of_any_length_are_found_by_their_own_names()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await fixture.SqlAsync(
            """
            create table t (id text primary key, status text, kind text, parent text);
            insert into t select repeat('x', 5000) || i, 'executing', 'A', case when i > 1 then repeat('x', 5000) || 1 end from generate_series(1, 3) i
            """);
        var mapping = Tasks with { ParentId = "parent" };
        var feed = await fixture.FilledAsync(mapping);
        var id = new string('x', 5000) + "1";
        Assert.Equal(3, (await fixture.RunAsync(id, "t")).Total);
        Assert.Equal(id, (await fixture.JobAsync(id, "t")).Job.NativeId);
        Assert.Equal(2, Assert.Single((await fixture.JobAsync(id, "t")).Children).Counts.Total);
        Assert.Equal(id, (await fixture.JobAsync((await fixture.JobAsync(id, "t")).Job.Id, "t")).Job.NativeId);
        // As after a first reading: what is not finished is followed by its own id.
        await feed.Feed.StartAsync(default);
        await fixture.SqlAsync("update t set status = 'completed'");
        await feed.TickAsync();
        Assert.Equal(["A: completed 3"], await fixture.StagesAsync(id, "t"));
        await EqualAsync(fixture, feed, mapping);
    }

    [Theory]
    [InlineData("Args", "payload = " + Poison)]
    [InlineData("FinishedAt", "payload = '{\"done\": \"no time\"}'")]
    [InlineData("InsertedAt", "at = 'soon'")]
    public async Task Where_only_what_a_job_says_can_t_be_read_the_job_is_kept_without_it(string member, string harm)
    {
        await using var fixture = await WideAsync();
        var mapping = Wide with { InsertedAt = "at::timestamptz" };
        await fixture.SqlAsync($"update t set {harm} where id = 2");
        var feed = await fixture.FilledAsync(mapping);
        Assert.Equal(["A: executing 3"], await fixture.StagesAsync(1, "t"));
        var bad = Assert.Single(await fixture.PutAsideAsync("t"));
        Assert.Equal(("2", member, true), (bad.Id, bad.Member, bad.IsKept));
        Assert.Equal([bad], (await fixture.JobAsync(2, "t")).PutAside);
        Assert.Equal(0, await feed.ReconcileAsync());
        await fixture.SqlAsync("update t set payload = '{}', at = '2026-01-01', status = 'completed' where id = 2");
        await feed.TickAsync();
        Assert.Equal(["A: executing 2, completed 1"], await fixture.StagesAsync(1, "t"));
        Assert.Empty(await fixture.PutAsideAsync("t"));
    }

    [Fact]
    public async Task A_row_whose_state_can_t_be_read_keeps_no_old_state_and_is_counted_on_its_run()
    {
        await using var fixture = await WideAsync();
        var mapping = Wide with { State = "(case when payload->>'odd' is null then status else (1 / (status <> 'executing')::int)::text end)" };
        var feed = await fixture.FilledAsync(mapping);
        await fixture.SqlAsync("update t set payload = '{\"odd\": 1}' where id = 3");
        await feed.TickAsync();
        await feed.TickAsync();
        Assert.Equal(["A: executing 2"], await fixture.StagesAsync(1, "t"));
        Assert.Equal(1, (await fixture.RunAsync(1, "t")).PutAside);
        Assert.True((await fixture.JobAsync(3, "t")).Job.IsMissing);
        Assert.Equal("State", Assert.Single((await fixture.JobAsync(3, "t")).PutAside).Member);
        // New jobs are read meanwhile, and a new one that is as bad is counted on the run that it names.
        await fixture.SqlAsync("insert into t (status, kind, parent, payload) values ('executing', 'A', '1', '{}'), ('executing', 'A', '1', '{\"odd\": 1}')");
        await feed.TickAsync();
        Assert.Equal(["A: executing 3"], await fixture.StagesAsync(1, "t"));
        Assert.Equal(2, (await fixture.RunAsync(1, "t")).PutAside);
        Assert.Equal(0, await feed.ReconcileAsync());
        await fixture.SqlAsync("update t set payload = '{}'");
        await feed.TickAsync();
        Assert.Equal(["A: executing 5"], await fixture.StagesAsync(1, "t"));
        Assert.Equal(0, (await fixture.RunAsync(1, "t")).PutAside);
        await EqualAsync(fixture, feed, mapping);
    }

    [Fact]
    public async Task A_row_is_tried_again_when_somebody_asks()
    {
        await using var fixture = await WideAsync();
        // What makes it bad lies elsewhere, so that the row itself does not change when it is mended.
        await fixture.SqlAsync("create table rate (per int); insert into rate values (0)");
        var mapping = Wide with { Worker = "kind || case when job.id = 2 then (1 / (select per from rate))::text else '' end", InsertedAt = null, FinishedAt = null };
        var feed = await fixture.FilledAsync(mapping);
        var aside = new PutAside(fixture.Store);
        Assert.Equal(("2", "Worker", "22012"), (await fixture.PutAsideAsync("t")) is [var bad] ? (bad.Id, bad.Member, bad.SqlState) : default);
        await feed.TickAsync();
        // A comparison does not read workers: it sees nothing new.
        Assert.Equal(0, await feed.ReconcileAsync());
        await fixture.SqlAsync("update rate set per = 1");
        await feed.TickAsync();
        Assert.Single(await fixture.PutAsideAsync("t"));
        Assert.True(await aside.RetryAsync("t", default));
        Assert.False(await aside.RetryAsync("nobody", default));
        await feed.TickAsync();
        Assert.Empty(await fixture.PutAsideAsync("t"));
        Assert.Equal("A1", (await fixture.JobAsync(2, "t")).Job.Worker);
    }

    [Fact]
    public async Task Above_a_hundred_bad_rows_it_is_the_mapping_that_is_wrong()
    {
        await using var fixture = await TasksAsync();
        await fixture.SqlAsync($"insert into t (status, kind, payload) select 'completed', 'A', {Poison}::json from generate_series(1, 200) i");
        var feed = await fixture.FeedAsync(Tasks);
        var problem = await Assert.ThrowsAsync<JobLineage.Core.Engines.SourceProblemException>(feed.FillAsync);
        Assert.Contains("More than 100 rows of source 't' can't be read", problem.Message);
        Assert.Contains("it is the mapping that is wrong", problem.Message);
    }

    [Fact]
    public async Task An_id_that_is_not_unique_is_said_as_that()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await fixture.SqlAsync("create table t (id bigint, status text, kind text, payload json); insert into t values (1, 'completed', 'A', '{}'), (2, 'completed', 'A', '{}'), (2, 'available', 'A', '{}'), (3, 'completed', 'A', '{}')");
        var feed = await fixture.FilledAsync(Tasks);
        Assert.Equal(3, await fixture.CountAsync("job"));
        var bad = Assert.Single(await fixture.PutAsideAsync("t"));
        Assert.Equal(("2", "Id"), (bad.Id, bad.Member));
        Assert.Contains("More than one row of public.t has the id 2", bad.Sentence);
        await feed.ReconcileAsync();
    }

    [Fact]
    public async Task What_the_store_refuses_is_named_too()
    {
        await using var fixture = await WideAsync();
        await fixture.SqlAsync("create table keep as select * from t");
        var feed = await fixture.FeedAsync(Wide with { InsertedAt = null, FinishedAt = null });
        await fixture.SqlAsync("alter table job_lineage.job add constraint odd check (id <> '2' or 1 / (state - 3) > 0)");
        await feed.FillAsync();
        var bad = Assert.Single(await fixture.PutAsideAsync("t"));
        Assert.Equal(("2", "", false, "22012"), (bad.Id, bad.Member, bad.IsKept, bad.SqlState));
        Assert.StartsWith("Row 2 was read, and the store can't take it: division by zero", bad.Sentence);
        Assert.Equal(2, await fixture.CountAsync("job"));
        Assert.Equal(1, (await fixture.RunAsync(1, "t")).PutAside);
    }

    [Fact]
    public async Task Rows_that_can_t_be_read_make_a_digest_that_names_them_once()
    {
        var (fixture, feed) = await UnreadableAsync();
        await using var _ = fixture;
        var maker = new DigestMaker(fixture.Store, "http://board", null);
        var digest = (await maker.MakeAsync(null, true, default))!;
        Assert.Equal("1 row can't be read: t", digest.Subject);
        Assert.StartsWith("As far as could be read, no job failed for good", digest.Text);
        Assert.Contains(Named, digest.Text);
        // What is known to be unknown is never called nothing.
        Assert.Equal(new DigestMade(null, 0) { IsWhole = false }, await maker.RunAsync(null, true, [], default));
        await fixture.SqlAsync("update t set status = 'discarded' where id = 1");
        await feed.TickAsync();
        Assert.DoesNotContain(Named, (await maker.MakeAsync(null, true, default))!.Text);
        await fixture.SqlAsync("update t set payload = '{\"n\": 1}'");
        await feed.TickAsync();
        Assert.Equal(new DigestMade(null, 0), await maker.RunAsync(null, true, [], default));
    }

    [Fact]
    public async Task Rows_named_by_a_digest_that_was_refused_are_named_by_the_next()
    {
        var (fixture, _) = await UnreadableAsync();
        await using var __ = fixture;
        var maker = new DigestMaker(fixture.Store, "http://board", null);
        Assert.Contains(Named, (await maker.MakeAsync(null, true, default))!.Text);
        await fixture.SqlAsync($"update job_lineage.digest set state = {(short)DeliveryState.Failed}, next_at = null, ended_at = now() - interval '1 year'");
        Assert.True(await maker.HasReturnedAsync(default));
        // However long ago: while something waits for it, it stays known that it was refused.
        await fixture.SqlAsync("insert into job_lineage.digest (failures, state, ended_at) values (0, 2, now())");
        await new DigestRetention(fixture.Store, TimeSpan.FromDays(90)).SweepAsync(default);
        await new DigestRetention(fixture.Store, TimeSpan.FromDays(90)).SweepAsync(default);
        Assert.Contains(Named, (await maker.MakeAsync(null, true, default))!.Text);
        Assert.Null(await maker.MakeAsync(null, true, default));
    }

    private const string Named = "1 row of source t can't be read, and whether this job failed is not known: Worker of row 2 can't be read: division by zero (22012).";

    private static async Task<(StoreFixture Fixture, HandFeed Feed)> UnreadableAsync()
    {
        var fixture = await WideAsync();
        var mapping = Wide with { InsertedAt = null, FinishedAt = null, Args = null, Worker = "kind || (1 / (payload->>'n')::int)" };
        await fixture.SqlAsync("update t set payload = case when id = 2 then '{\"n\": 0}'::json else '{\"n\": 1}' end");
        return (fixture, await fixture.FilledAsync(mapping));
    }

    private static async Task<StoreFixture> TasksAsync()
    {
        var fixture = await StoreFixture.CreateAsync();
        await fixture.SqlAsync("create table t (id bigserial primary key, status text, kind text, payload json)");
        return fixture;
    }

    private static async Task<StoreFixture> WideAsync()
    {
        var fixture = await StoreFixture.CreateAsync();
        await fixture.SqlAsync(
            """
            create table t (id bigserial primary key, status text, kind text, parent text, at text default '2026-01-01', payload json default '{}');
            insert into t (status, kind, parent) values ('executing', 'A', null), ('executing', 'A', '1'), ('executing', 'A', '1')
            """);
        return fixture;
    }

    private static async Task EqualAsync(StoreFixture fixture, HandFeed feed, SourceMapping mapping)
    {
        Assert.Equal(0, await feed.ReconcileAsync());
        var source = (await SourceProbe.ProbeAsync(mapping, fixture.Source)).Source!;
        Assert.Empty(await new StoreAudit(fixture.Store, source, fixture.Source).FindAsync());
    }
}
