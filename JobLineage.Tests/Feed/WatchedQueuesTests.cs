using JobLineage.Core.Feed;
using JobLineage.Core.Postgres;
using JobLineage.Core.Sources;
using JobLineage.Tests.Engines;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Feed;

public sealed class WatchedQueuesTests
{
    [Fact]
    public async Task However_many_ask_a_source_is_asked_once_in_five_seconds_whatever_it_answers()
    {
        await using var fixture = await TasksTable.CreateAsync("select 1");
        var clock = new TestClock(SomeRuns.Noon);
        var queues = new WatchedQueues([new(TasksTable.Mapping, fixture.Connections, new Redaction())], clock);
        var (view, problem) = (await queues.FindAsync("tasks", default))!.Value;
        Assert.Null(view);
        Assert.Contains("tasks", problem);

        await fixture.Database.ExecuteAsync("create table tasks (id bigint primary key, status text not null, kind text not null); insert into tasks values (1, 'available', 'sync')");
        Assert.Equal((null, problem), await queues.FindAsync("tasks", default));
        clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(1, Assert.Single((await queues.FindAsync("tasks", default))!.Value.View!.Queues).Ready);

        await fixture.Database.ExecuteAsync("insert into tasks values (2, 'available', 'sync')");
        Assert.Equal(1, Assert.Single((await queues.FindAsync("tasks", default))!.Value.View!.Queues).Ready);
        Assert.Null(await queues.FindAsync("other", default));
    }

    [Fact]
    public async Task While_a_comparison_reads_the_table_what_waits_is_told_and_the_pace_is_not()
    {
        await using var fixture = await TasksTable.CreateAsync("create table tasks (id bigint primary key, status text not null, kind text not null); insert into tasks values (1, 'available', 'sync')");
        await using var pools = DatabasePools.Create([(fixture.Database.ConnectionString, DatabasePools.LeastLimit)], "queues", TimeProvider.System);
        var pool = pools[fixture.Database.ConnectionString, "queues"];
        var queues = new WatchedQueues([new(TasksTable.Mapping, pool.Connections, new Redaction()) { Pool = pool }], TimeProvider.System);

        using (await pool.LongAsync(default))
        {
            var view = (await queues.FindAsync("tasks", default))!.Value.View!;
            Assert.Equal(1, Assert.Single(view.Queues).Ready);
            Assert.Equal("Starts and finishes are not counted: that reads the whole table, and other long work is under way.", view.NoPace);
        }

        Assert.True((await new QueuesReader(await fixture.ProbedAsync(TasksTable.Mapping), pool.Connections, new(), pool).ReadAsync(default)).HasPace);
    }
}
