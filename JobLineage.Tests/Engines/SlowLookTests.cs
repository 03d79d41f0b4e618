namespace JobLineage.Tests.Engines;

/// <summary>A look that takes long rests long: doctor says what would make it short.</summary>
public sealed class SlowLookTests
{
    [Fact]
    public async Task It_is_said_with_what_would_make_it_short()
    {
        await using var fixture = await TasksTable.CreateAsync(
            "create table tasks (id bigint primary key, status text not null, kind text not null); insert into tasks values (1, 'available', 'sync')");

        var said = await fixture.DoctorAsync(TasksTable.Mapping with { Unfinished = ["(pg_sleep(0.4) is not null and job.status = 'available')"] });

        Assert.Contains(
            "an index that serves `(pg_sleep(0.4) is not null and job.status = 'available')` would make it fast",
            Assert.Single(said, line => line.StartsWith("Advice looks:", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("timestamptz", "(case when pg_sleep(0.4) is not null then job.created_at end)", "an index on (((case when pg_sleep(0.4) is not null then created_at end))) would make it fast")]
    [InlineData("timestamp", "(case when pg_sleep(0.4) is not null then job.created_at end)", "which has no time zone, and is another moment for each session: set it to a time with its zone over the row's own columns")]
    [InlineData("timestamptz", "(select max(t.created_at) from tasks t where pg_sleep(0.4) is not null and t.id = job.id)", "which reads other rows than the job's own: set it to")]
    public async Task Of_new_rows_the_expression_of_their_time_is_said_and_not_the_condition_of_what_is_unfinished(string type, string insertedAt, string expected)
    {
        await using var fixture = await TasksTable.CreateAsync(
            $"create table tasks (id text primary key, status text not null, kind text not null, created_at {type} not null); insert into tasks values ('a', 'available', 'sync', now())");

        var said = await fixture.DoctorAsync(TasksTable.Mapping with { InsertedAt = insertedAt, Unfinished = ["job.status = 'available'"] });

        var line = Assert.Single(said, line => line.StartsWith("Advice looks: A look over new rows takes ", StringComparison.Ordinal));
        Assert.Contains(expected, line);
        Assert.DoesNotContain("`job.status = 'available'`", line);
    }

    [Fact]
    public async Task A_preset_says_the_condition_that_an_index_must_serve()
    {
        await using var fixture = await TasksTable.CreateAsync(
            "create table tasks (id text primary key, status text not null, kind text not null, created_at timestamptz not null); insert into tasks values ('a', 'available', 'sync', now())");

        var said = await fixture.DoctorAsync(TasksTable.Mapping with { InsertedAt = "job.created_at", Recent = "job.created_at > now() - {within} and pg_sleep(0.4) is not null", Unfinished = ["job.status = 'available'"] });

        Assert.Contains("an index that serves `job.created_at > now() - interval '2 minutes' and pg_sleep(0.4) is not null` would make it fast", Assert.Single(said, line => line.StartsWith("Advice looks: ", StringComparison.Ordinal)));
    }
}
