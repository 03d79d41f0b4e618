using JobLineage.Core.Sources;
using JobLineage.Tests.Lineage;

namespace JobLineage.Tests.Engines;

/// <summary>What an engine says of itself. The table is Oban Pro's by its public documentation; none was recorded.</summary>
public sealed class EngineReaderTests
{
    private const string Producers = """
        create table oban_producers (node text, queue text, started_at timestamp, updated_at timestamp, meta jsonb);
        insert into oban_producers values
            ('web@1', 'mail', '2026-11-30 10:00', '2026-11-30 12:00:05', '{"paused": false}'), ('web@2', 'mail', '2026-11-30 10:01', '2026-11-30 12:00:06', '{}'),
            ('web@1', 'ops', '2026-11-30 10:00', '2026-11-30 12:00:05', '{"paused": true}');
        """;

    [Fact]
    public async Task Pauses_and_signs_of_life_are_read_as_the_engine_keeps_them()
    {
        await using var fixture = await LineageFixture.ObanAsync();
        await fixture.Database.ExecuteAsync(Producers);
        var reader = new EngineReader(Presets.Engine("oban")!, Presets.Oban("oban"), fixture.Connections, new());

        Assert.Equal(
            [new("mail", false, null, "oban_producers"), new("ops", true, null, "oban_producers")],
            (await reader.QueuesAsync(default)).OrderBy(q => q.Queue, StringComparer.Ordinal));
        Assert.Equal(
            ["mail web@1 2026-11-30 10:00:00Z 2026-11-30 12:00:05Z", "mail web@2 2026-11-30 10:01:00Z 2026-11-30 12:00:06Z", "ops web@1 2026-11-30 10:00:00Z 2026-11-30 12:00:05Z"],
            (await reader.NodesAsync(default)).Select(n => $"{n.Queue} {n.Node} {n.StartedAt:u} {n.SeenAt:u}").Order(StringComparer.Ordinal));
        Assert.Equal("14", await reader.VersionAsync(default));
    }

    [Fact]
    public async Task The_doctor_tells_them_and_a_table_of_another_edition_ends_no_examination()
    {
        await using var fixture = await LineageFixture.ObanAsync();
        await fixture.Database.ExecuteAsync(Producers);
        var told = await TasksTable.DoctorAsync(fixture.Connections, Presets.Oban("oban"));
        Assert.Contains(told, line => line.Contains("Queue ops is paused, by oban_producers.", StringComparison.Ordinal));
        Assert.Contains(told, line => line.Contains("mail: served by web@1 (last sign of life 2026-11-30 12:00:05Z), web@2", StringComparison.Ordinal));

        await fixture.Database.ExecuteAsync("alter table oban_producers rename column meta to settings");
        told = await TasksTable.DoctorAsync(fixture.Connections, Presets.Oban("oban"));
        Assert.Contains(told, line => line.Contains("What Oban says of its queues can't be read here: column \"meta\" does not exist", StringComparison.Ordinal));
        Assert.Contains(told, line => line.Contains("trigger", StringComparison.Ordinal));
    }
}
