using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Model;
using JobLineage.Tests.Lineage;
using Npgsql;

namespace JobLineage.Tests.Engines;

/// <summary>A queue of the test's own making, and the mapping that reads it.</summary>
internal static class TasksTable
{
    public static readonly SourceMapping Mapping = new()
    {
        Name = "tasks",
        Table = "tasks",
        State = "status",
        States = JobStates.All.ToDictionary(s => s.Name()),
        Worker = "kind",
    };

    public static async Task<LineageFixture> CreateAsync(string sql)
    {
        var fixture = await LineageFixture.CreateAsync();
        await fixture.Database.ExecuteAsync(sql);
        return fixture;
    }

    /// <summary>The probed source; fails with the problem's sentence.</summary>
    public static async Task<ProbedSource> ProbedAsync(this LineageFixture fixture, SourceMapping mapping)
    {
        var (source, problem) = await SourceProbe.ProbeAsync(mapping, fixture.Connections);
        Assert.True(source is not null, problem?.Message);
        return source!;
    }

    /// <summary>What the probe says is wrong.</summary>
    public static async Task<SourceProblem> ProblemAsync(this LineageFixture fixture, SourceMapping mapping, NpgsqlDataSource? connections = null)
    {
        var (source, problem) = await SourceProbe.ProbeAsync(mapping, connections ?? fixture.Connections);
        Assert.Null(source);
        return problem!;
    }

    /// <summary>What doctor says, a line each, with the level as the first word.</summary>
    public static Task<IReadOnlyList<string>> DoctorAsync(this LineageFixture fixture, SourceMapping mapping) => DoctorAsync(fixture.Connections, mapping);

    /// <summary>What doctor says, a line each, with the level as the first word.</summary>
    public static async Task<IReadOnlyList<string>> DoctorAsync(NpgsqlDataSource connections, SourceMapping mapping)
    {
        var (source, problem) = await SourceProbe.ProbeAsync(mapping, connections);
        Assert.True(source is not null, problem?.Message);
        return [.. (await new SourceDoctor(source!, connections, Core.Sources.FeedKind.Auto, new()).ExamineAsync(default)).Select(c => $"{c.Level} {c.Name}: {c.Message}")];
    }
}
