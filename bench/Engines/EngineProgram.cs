using System.Diagnostics;
using JobLineage.Bench.Engines.HangfirePipeline;
using Npgsql;

namespace JobLineage.Bench.Engines;

/// <summary>A program that really runs a queue: of what engine, and what reads it.</summary>
/// <param name="Name">What it is called in tables.</param>
/// <param name="Preset">What reads it.</param>
internal abstract record EngineProgram(string Name, string Preset)
{
    /// <summary>What has ended goes from the queue after this, in engines that can be told so. <c>programs/common.cjs</c> has the same.</summary>
    public static readonly TimeSpan PrunedAfter = TimeSpan.FromSeconds(15);

    /// <summary>Those that the registries offer.</summary>
    public static IReadOnlyList<EngineProgram> All { get; } =
    [
        new HangfireProgram(),
        new NodeProgram("pg-boss 12", "pg-boss", "12.38.0", "pgboss.cjs", "pg_boss"),
        new NodeProgram("pg-boss 10", "pg-boss", "10.4.2", "pgboss.cjs", "pg_boss"),
        new NodeProgram("graphile-worker 0.18", "graphile-worker", "0.18.0", "graphile.cjs", "graphile_worker"),
        new NodeProgram("graphile-worker 0.16", "graphile-worker", "0.16.6", "graphile.cjs", "graphile_worker"),
        new NodeProgram("DBOS", "@dbos-inc/dbos-sdk", "5.3.0", "dbos.cjs", "dbos"),
    ];

    /// <summary>Gets what it needs, once.</summary>
    /// <returns>Why it can't be run; null when it can.</returns>
    public abstract Task<string?> PrepareAsync(CancellationToken cancellation);

    /// <summary>Starts it in a process of its own.</summary>
    /// <param name="connection">The database.</param>
    /// <param name="log">Where it tells what it does.</param>
    /// <param name="roots">Pipelines that it makes; 0: it only works.</param>
    public HeardProcess Run(string connection, string log, int roots) => new(Start(connection, log, roots));

    /// <summary>How it is started.</summary>
    protected abstract ProcessStartInfo Start(string connection, string log, int roots);

    /// <summary>Longer than any trial: the programs are stopped from outside.</summary>
    protected const int Seconds = 3600;
}

/// <summary>Hangfire, which is a library of this program: it runs in a second process of it, which can be killed.</summary>
internal sealed record HangfireProgram() : EngineProgram("Hangfire 1.8", "hangfire")
{
    public override Task<string?> PrepareAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

    protected override ProcessStartInfo Start(string connection, string log, int roots) =>
        new("dotnet", [typeof(HangfireWorker).Assembly.Location, HangfireWorker.Verb, connection, log, $"{roots}", $"{Seconds}"]);
}

/// <summary>An engine of the Node registry.</summary>
/// <param name="Name">What it is called in tables.</param>
/// <param name="Package">Its package.</param>
/// <param name="Version">The package's version.</param>
/// <param name="Script">The program, in <c>programs</c>.</param>
/// <param name="Preset">What reads it.</param>
internal sealed record NodeProgram(string Name, string Package, string Version, string Script, string Preset) : EngineProgram(Name, Preset)
{
    private string Folder => Path.Combine(BenchServer.RepositoryRoot(), "artifacts", "bench-engines", string.Concat(Package.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')) + "-" + Version);

    public override async Task<string?> PrepareAsync(CancellationToken cancellation)
    {
        if (!HasNode())
            return "It needs Node and npm, which are not here.";
        if (Directory.Exists(Path.Combine(Folder, "node_modules", Package)))
            return null;
        Directory.CreateDirectory(Folder);
        await File.WriteAllTextAsync(Path.Combine(Folder, "package.json"), "{\"private\": true}", cancellation);
        await using var npm = new HeardProcess(new ProcessStartInfo("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", $"{Package}@{Version}"]) { WorkingDirectory = Folder });
        return await npm.EndAsync(cancellation) == 0 ? null : $"npm could not install {Package}@{Version}: {npm.FirstError}";
    }

    protected override ProcessStartInfo Start(string connection, string log, int roots) =>
        new("node", [Path.Combine(BenchServer.RepositoryRoot(), "bench", "Engines", "programs", Script), Folder, Url(connection), log, $"{roots}", $"{Seconds}", $"{PrunedAfter.TotalSeconds}"]) { WorkingDirectory = Folder };

    private static bool HasNode() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "node")) && File.Exists(Path.Combine(folder, "npm")));

    private static string Url(string connection)
    {
        var to = new NpgsqlConnectionStringBuilder(connection);
        return $"postgres://{Uri.EscapeDataString(to.Username!)}:{Uri.EscapeDataString(to.Password ?? "")}@{to.Host}:{to.Port}/{to.Database}";
    }
}
