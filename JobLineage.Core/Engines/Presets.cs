using JobLineage.Core.Engines.Dbos;
using JobLineage.Core.Engines.GoodJob;
using JobLineage.Core.Engines.GraphileWorker;
using JobLineage.Core.Engines.Hangfire;
using JobLineage.Core.Engines.Oban;
using JobLineage.Core.Engines.PgBoss;
using JobLineage.Core.Engines.Procrastinate;
using JobLineage.Core.Engines.Que;
using JobLineage.Core.Engines.ResearchJobs;
using JobLineage.Core.Engines.River;
using JobLineage.Core.Engines.SolidQueue;

namespace JobLineage.Core.Engines;

/// <summary>The queues that work out of the box.</summary>
public static class Presets
{
    /// <summary>All engines that are known by name.</summary>
    public static IReadOnlyList<IEngine> All { get; } =
    [
        new ObanEngine(), new ResearchJobsEngine(), new PgBossEngine(), new HangfireEngine(), new ProcrastinateEngine(), new QueEngine(), new DbosEngine(),
        new GraphileWorkerEngine(), new RiverEngine(), new GoodJobEngine(), new SolidQueueEngine(),
    ];

    /// <summary>The names of all presets.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(engine => engine.Name)];

    /// <summary>The engine of a preset; null when there is no such preset.</summary>
    public static IEngine? Engine(string preset) => All.FirstOrDefault(engine => engine.Name.Equals(preset, StringComparison.OrdinalIgnoreCase));

    /// <summary>The mapping of a preset under a source's name; null when there is no such preset.</summary>
    public static SourceMapping? Find(string preset, string sourceName) => Engine(preset)?.Map(sourceName);

    /// <summary>Oban's mapping under a source's name.</summary>
    public static SourceMapping Oban(string name) => Find("oban", name)!;

    /// <summary>The mapping of research_jobs under a source's name.</summary>
    public static SourceMapping ResearchJobs(string name) => Find("research_jobs", name)!;
}
