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
}
