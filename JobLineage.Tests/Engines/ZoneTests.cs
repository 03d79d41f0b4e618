using JobLineage.Core.Lineage;
using JobLineage.Core.Sources;
using JobLineage.Tests.Lineage;
using Npgsql;

namespace JobLineage.Tests.Engines;

/// <summary>Times that the table keeps without a zone.</summary>
public sealed class ZoneTests
{
    private const string Table = "create table tasks (id bigserial primary key, status text default 'available', kind text default 'sync', at timestamp, day date, said text)";

    private static readonly SourceMapping Mapping = TasksTable.Mapping with { InsertedAt = "at", ScheduledAt = "day", FinishedAt = "said" };

    [Theory]
    [InlineData("UTC", "2026-01-15T12:00:00Z")]
    [InlineData("America/New_York", "2026-01-15T17:00:00Z")]
    public async Task They_are_of_the_declared_zone_whatever_the_databases_is(string zone, string expected)
    {
        await using var fixture = await TasksTable.CreateAsync(Table);
        await fixture.Database.ExecuteAsync("insert into tasks (at, day, said) values ('2026-01-15 12:00', '2026-01-15', '2026-01-15 12:00')");
        var elsewhere = new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString) { Options = "-c TimeZone=Asia/Tokyo" };
        await using var connections = NpgsqlDataSource.Create(elsewhere);
        var mapping = Mapping with { TimeZone = zone };
        var source = await fixture.ProbedAsync(mapping);

        var read = (await new SourceReader(source, connections, new Redaction()).ReadAsync(["1"], default)).Jobs.Single();
        var direct = (await new LineageQueries(source, connections).GetJobTreeAsync("1"))!.Nodes.Single().Job;

        var moment = DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal((moment, moment.AddHours(-12), moment), (read.InsertedAt!.Value, read.ScheduledAt!.Value, read.FinishedAt!.Value));
        Assert.Equal((read.InsertedAt, read.ScheduledAt, read.FinishedAt), (direct.InsertedAt, direct.ScheduledAt, direct.FinishedAt));
    }

    [Fact]
    public async Task A_zone_that_is_none_is_said()
    {
        await using var fixture = await TasksTable.CreateAsync(Table);
        var problem = await fixture.ProblemAsync(Mapping with { TimeZone = "Middle/Earth" });
        Assert.Contains("TimeZone `Middle/Earth` does not work on public.tasks: this server knows no such time zone; set its TimeZone.", problem.Message);
    }

    [Fact]
    public async Task Doctor_says_in_which_zone_they_are_read_and_what_the_database_would_write()
    {
        await using var fixture = await TasksTable.CreateAsync(Table);
        await fixture.Database.ExecuteAsync($"alter database {fixture.Database.Name} set TimeZone = 'UTC'");
        NpgsqlConnection.ClearAllPools();
        Assert.Contains("Good time zone: InsertedAt, ScheduledAt, FinishedAt have no time zone and are read as UTC.", await fixture.DoctorAsync(Mapping));
        await fixture.Database.ExecuteAsync($"alter database {fixture.Database.Name} set TimeZone = 'Asia/Tokyo'; insert into tasks (at) values (now() at time zone 'utc')");
        fixture.Connections.Clear();
        Assert.Contains(await fixture.DoctorAsync(Mapping), c => c.StartsWith("Advice time zone: ", StringComparison.Ordinal) && c.Contains("set TimeZone to 'Asia/Tokyo'"));
        await fixture.Database.ExecuteAsync("insert into tasks (at) values (now() at time zone 'Asia/Tokyo')");
        Assert.Contains(await fixture.DoctorAsync(Mapping), c => c.StartsWith("Problem time zone: ", StringComparison.Ordinal) && c.Contains("9 hours from now"));
        Assert.DoesNotContain(await fixture.DoctorAsync(Mapping with { TimeZone = "Asia/Tokyo" }), c => c.StartsWith("Problem", StringComparison.Ordinal));
    }
}
