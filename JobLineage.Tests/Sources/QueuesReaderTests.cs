using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Engines;
using JobLineage.Tests.Lineage;

namespace JobLineage.Tests.Sources;

/// <summary>What waits in a queue now.</summary>
public sealed class QueuesReaderTests
{
    private const string Tasks = "create table tasks (id bigint primary key, status text not null, kind text not null, queue text, run_at timestamptz, created_at timestamptz not null default now() - interval '1 day')";

    private static readonly SourceMapping Mapping = TasksTable.Mapping with { Queue = "job.queue", InsertedAt = "job.created_at", ScheduledAt = "job.run_at" };

    [Fact]
    public async Task What_is_due_is_ready_whatever_the_engine_calls_it_and_what_is_due_later_is_not()
    {
        await using var fixture = await TasksTable.CreateAsync(Tasks);
        await fixture.Database.ExecuteAsync("""
            insert into tasks (id, status, kind, queue, run_at) values
                (1, 'available', 'a', 'mail', now() - interval '1 minute'), (2, 'available', 'a', 'mail', null), (3, 'available', 'a', 'mail', now() + interval '1 hour'),
                (4, 'scheduled', 'a', 'mail', now() - interval '2 hours'), (5, 'scheduled', 'a', 'mail', now() + interval '1 hour'), (6, 'scheduled', 'a', 'mail', now() + interval '1 hour'),
                (7, 'retryable', 'a', 'mail', now() - interval '1 minute'), (8, 'retryable', 'a', 'mail', now() + interval '1 hour'), (9, 'executing', 'a', 'mail', null), (10, 'suspended', 'a', 'mail', null),
                (11, 'available', 'a', 'later', now() + interval '1 hour'), (12, 'completed', 'a', 'done', null)
            """);
        var view = await ReadAsync(fixture, Mapping);
        Assert.Equal("later 0 0 1 0 0, mail 4 1 3 1 1", Words(view));
        var (later, mail) = (view.Queues.Single(q => q.Queue == "later"), view.Queues.Single(q => q.Queue == "mail"));
        // The second has no time of its own and could have been begun when it came.
        Assert.Equal(1, (view.AsOf - mail.OldestReadyAt!.Value).TotalDays, 0.01);
        Assert.Null(later.OldestReadyAt);
        Assert.Null(view.NoPace);
    }

    [Fact]
    public async Task Where_no_time_is_kept_for_which_jobs_wait_their_state_says_that_they_do()
    {
        await using var fixture = await TasksTable.CreateAsync(Tasks);
        await fixture.Database.ExecuteAsync("insert into tasks (id, status, kind, queue) values (1, 'available', 'a', 'mail'), (2, 'scheduled', 'a', 'mail'), (3, 'retryable', 'a', 'mail')");
        Assert.Equal("mail 1 0 1 1 0", Words(await ReadAsync(fixture, Mapping with { ScheduledAt = null })));
    }

    [Fact]
    public async Task A_job_that_is_ahead_of_the_clock_is_ready_since_now_at_the_latest()
    {
        await using var fixture = await TasksTable.CreateAsync(Tasks);
        await fixture.Database.ExecuteAsync("insert into tasks (id, status, kind, queue, created_at) values (1, 'available', 'a', 'mail', now() + interval '1 hour')");
        var view = await ReadAsync(fixture, Mapping with { ScheduledAt = null });
        Assert.Equal(view.AsOf, Assert.Single(view.Queues).OldestReadyAt);
    }

    [Theory]
    [InlineData(200_000, null)]
    [InlineData(200_001, "Starts and finishes are not counted: that reads the whole table, of about 200,001 rows, and is done up to 200,000 only.")]
    public async Task Starts_and_finishes_are_counted_where_the_table_is_not_too_large_to_read_it_whole(int rows, string? expected)
    {
        await using var fixture = await TasksTable.CreateAsync(Tasks);
        await fixture.Database.ExecuteAsync($"insert into tasks (id, status, kind) select n, 'completed', 'a' from generate_series(1, {rows}) n; analyze tasks");
        var view = await ReadAsync(fixture, Mapping);
        Assert.Equal((expected, expected is null), (view.NoPace, view.HasPace));
    }

    [Fact]
    public async Task A_table_is_estimated_by_its_partitions_and_a_view_by_its_tables()
    {
        await using var fixture = await TasksTable.CreateAsync("""
            create table parts (id bigint, status text, kind text) partition by range (id);
            create table parts_1 partition of parts for values from (0) to (5000);
            create table parts_2 partition of parts for values from (5000) to (20000);
            insert into parts select n, 'completed', 'a' from generate_series(1, 10000) n;
            analyze parts_1; analyze parts_2;
            create view tasks as select * from parts
            """);
        foreach (var table in new[] { "tasks", "parts" })
            Assert.Equal(10_000, await new SourceReader(await fixture.ProbedAsync(TasksTable.Mapping with { Table = table }), fixture.Connections, new()).EstimateRowsAsync(default));
    }

    private static async Task<QueuesView> ReadAsync(LineageFixture fixture, SourceMapping mapping) =>
        await new QueuesReader(await fixture.ProbedAsync(mapping), fixture.Connections, new()).ReadAsync(default);

    private static string Words(QueuesView view) => string.Join(", ", view.Queues.Where(q => q.Queue is "mail" or "later").Select(q => $"{q.Queue} {q.Ready} {q.Executing} {q.Scheduled} {q.Retryable} {q.Suspended}"));
}
