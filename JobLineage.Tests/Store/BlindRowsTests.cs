using JobLineage.Bench.Checking;
using JobLineage.Core.Engines;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Dashboard.Components.Jobs;

namespace JobLineage.Tests.Store;

/// <summary>Rows that were read, then could not be read any more, and then change behind the feed's back or are deleted.</summary>
public sealed class BlindRowsTests
{
    // The state of a row whose 'odd' is set can't be read.
    private static readonly SourceMapping Mapping = new()
    {
        Name = "t",
        Table = "t",
        State = "(case when odd then (1 / (odd is null)::int)::text else status end)",
        States = JobStates.All.ToDictionary(s => s.Name()),
        Worker = "kind",
        ParentId = "parent",
        InsertedAt = "at",
    };

    [Fact]
    public async Task A_row_that_could_not_be_read_and_is_deleted_is_as_it_was_last_read()
    {
        var (fixture, feed) = await BlindAsync();
        await using var _ = fixture;
        await fixture.SqlAsync("delete from t where odd");

        // Nobody but the comparison tells of it.
        Assert.Equal(2, await feed.ReconcileAsync());

        Assert.Empty(await fixture.PutAsideAsync("t"));
        var (finished, unfinished) = ((await fixture.JobAsync(3, "t")).Job, (await fixture.JobAsync(2, "t")).Job);
        Assert.Equal((JobState.Completed, false, true, false), (finished.State, finished.IsMissing, finished.IsGone, finished.IsVanished));
        Assert.Equal((false, true, true), (unfinished.IsMissing, unfinished.IsGone, unfinished.IsVanished));
        Assert.Equal(["A: executing 1, completed 1"], await fixture.StagesAsync(1, "t"));
        await EqualAsync(fixture, feed);
    }

    [Fact]
    public async Task A_row_that_can_be_read_again_is_found_by_a_comparison()
    {
        var (fixture, feed) = await BlindAsync();
        await using var _ = fixture;
        await fixture.SqlAsync("update t set odd = false");

        Assert.Equal(2, await feed.ReconcileAsync());

        Assert.Empty(await fixture.PutAsideAsync("t"));
        Assert.Equal(["A: executing 2, completed 1"], await fixture.StagesAsync(1, "t"));
        await EqualAsync(fixture, feed);
    }

    [Fact]
    public async Task Another_job_under_the_id_of_a_row_that_could_not_be_read_is_another_job()
    {
        var (fixture, feed) = await BlindAsync();
        await using var _ = fixture;
        await fixture.SqlAsync("delete from t where id = 2; insert into t (id, status, kind, at) values (2, 'completed', 'B', now() + interval '1 hour')");

        await feed.ReconcileAsync();

        Assert.Equal("B", (await fixture.JobAsync(2, "t")).Job.Worker);
        Assert.StartsWith("2~", Assert.Single((await fixture.JobAsync(2, "t")).Others).Id);
        Assert.Equal(["A: executing 1"], await fixture.StagesAsync(1, "t"));
    }

    [Fact]
    public async Task A_row_of_which_only_the_arguments_could_not_be_read_keeps_no_state_that_nobody_knows()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await fixture.SqlAsync("create table t (id bigint primary key, status text, kind text, parent text, odd boolean, at timestamptz default now()); insert into t values (1, 'completed', 'A', null, false), (2, 'completed', 'A', '1', true)");
        var feed = await fixture.FilledAsync(Mapping with { State = "status", Args = "case when odd then (1 / (odd is null)::int)::text end" });
        Assert.True(Assert.Single(await fixture.PutAsideAsync("t")).IsKept);
        Assert.Equal(0, await feed.ReconcileAsync());
        await fixture.SqlAsync("update t set status = 'sleeping' where id = 2");

        Assert.Equal(1, await feed.ReconcileAsync());

        var job = (await fixture.JobAsync(2, "t")).Job;
        Assert.Equal((true, true), (job.IsMissing, job.IsBlind));
        Assert.Equal("The row is in the queue, and its state can't be read or is a word that the mapping does not know. It is counted in no state until it can be.", Assert.Single(JobNotes.Of(job)));
        Assert.Equal(0, await feed.ReconcileAsync());
    }

    [Fact]
    public async Task Rows_without_an_id_that_come_later_are_told_by_a_comparison_and_those_that_have_gone_no_longer()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await fixture.SqlAsync("create table t (id bigint, status text, kind text, parent text, odd boolean, at timestamptz default now()); create index on t (id); insert into t values (1, 'completed', 'A')");
        var feed = await fixture.FilledAsync(Mapping);
        Assert.Empty(await fixture.PutAsideAsync("t"));

        await fixture.SqlAsync("insert into t values (null, 'completed', 'A'), (null, 'completed', 'A')");
        await feed.ReconcileAsync();

        Assert.Contains("2 rows", Assert.Single(await fixture.PutAsideAsync("t")).Sentence, StringComparison.Ordinal);
        // Nothing follows them by an id that they lack.
        Assert.DoesNotContain("", await feed.Record.UnfinishedAsync(default));
        await fixture.SqlAsync("delete from t where id is null");
        await feed.ReconcileAsync();
        Assert.Empty(await fixture.PutAsideAsync("t"));
    }

    private static async Task<(StoreFixture Fixture, HandFeed Feed)> BlindAsync()
    {
        var fixture = await StoreFixture.CreateAsync();
        await fixture.SqlAsync(
            """
            create table t (id bigint primary key, status text, kind text, parent text, odd boolean default false, at timestamptz default now());
            insert into t (id, status, kind, parent) values (1, 'executing', 'A', null), (2, 'executing', 'A', '1'), (3, 'completed', 'A', '1')
            """);
        var feed = await fixture.FilledAsync(Mapping);
        await fixture.SqlAsync("update t set odd = true where id > 1");
        await feed.ReconcileAsync();
        Assert.Equal(2, (await fixture.PutAsideAsync("t")).Count);
        Assert.Equal(["A: executing 1"], await fixture.StagesAsync(1, "t"));
        // They are in the queue.
        Assert.Equal(0, (await fixture.RunAsync(1, "t")).Pruned);
        Assert.Equal(0, await feed.ReconcileAsync());
        await EqualAsync(fixture, feed);
        return (fixture, feed);
    }

    private static async Task EqualAsync(StoreFixture fixture, HandFeed feed)
    {
        Assert.Equal(0, await feed.ReconcileAsync());
        var source = (await SourceProbe.ProbeAsync(Mapping, fixture.Source)).Source!;
        Assert.Empty(await new StoreAudit(fixture.Store, source, fixture.Source).FindAsync());
    }
}
