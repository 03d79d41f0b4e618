using System.Text.Json;

namespace JobLineage.Bench.Engines;

/// <summary>A program that really runs a queue: which, of what version, and what reads it.</summary>
/// <param name="Name">What it is called in tables.</param>
/// <param name="Package">The package of the Node registry.</param>
/// <param name="Version">Its version.</param>
/// <param name="Script">The program, beside this file.</param>
/// <param name="Preset">What reads it.</param>
internal sealed record EngineProgram(string Name, string Package, string Version, string Script, string Preset)
{
    /// <summary>Those that the Node registry offers.</summary>
    public static IReadOnlyList<EngineProgram> All { get; } =
    [
        new("pg-boss 12", "pg-boss", "12.38.0", "pgboss.cjs", "pg_boss"),
        new("pg-boss 10", "pg-boss", "10.4.2", "pgboss.cjs", "pg_boss"),
        new("graphile-worker 0.18", "graphile-worker", "0.18.0", "graphile.cjs", "graphile_worker"),
        new("graphile-worker 0.16", "graphile-worker", "0.16.6", "graphile.cjs", "graphile_worker"),
        new("DBOS", "@dbos-inc/dbos-sdk", "5.3.0", "dbos.cjs", "dbos"),
    ];

    private string Folder => Path.Combine(BenchServer.RepositoryRoot(), "artifacts", "bench-engines", string.Concat(Package.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')) + "-" + Version);

    /// <summary>Whether Node is here.</summary>
    public static bool HasNode() => Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "node")) && File.Exists(Path.Combine(folder, "npm")));

    /// <summary>Installs the package, once.</summary>
    /// <returns>Why it can't be; null when it is there.</returns>
    public async Task<string?> InstallAsync(CancellationToken cancellation)
    {
        if (Directory.Exists(Path.Combine(Folder, "node_modules", Package)))
            return null;
        Directory.CreateDirectory(Folder);
        await File.WriteAllTextAsync(Path.Combine(Folder, "package.json"), "{\"private\": true}", cancellation);
        using var npm = new HeardProcess("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", $"{Package}@{Version}"], Folder);
        return await npm.EndAsync(cancellation) == 0 ? null : $"npm could not install {Package}@{Version}: {npm.FirstError}";
    }

    /// <summary>Starts the program.</summary>
    /// <param name="url">The database.</param>
    /// <param name="log">Where it tells what it does.</param>
    /// <param name="roots">Pipelines that it makes; 0: it only works.</param>
    /// <param name="seconds">How long it works after that.</param>
    public HeardProcess Run(string url, string log, int roots, int seconds) => new(
        "node", [Path.Combine(BenchServer.RepositoryRoot(), "bench", "Engines", "programs", Script), Folder, url, log, $"{roots}", $"{seconds}"], Folder);
}

/// <summary>What a program told of itself: the truth, by another source than the tables.</summary>
/// <param name="Enqueued">The ids of its jobs.</param>
/// <param name="Ok">When each job that ended well did, by its id.</param>
/// <param name="Failed">The ids of those that failed for good.</param>
/// <param name="IsMade">Whether it has made all that it was to make.</param>
internal sealed record ProgramLog(IReadOnlySet<string> Enqueued, IReadOnlyDictionary<string, DateTimeOffset> Ok, IReadOnlySet<string> Failed, bool IsMade)
{
    /// <summary>Reads what is there so far; a line that is being written is left.</summary>
    public static ProgramLog Read(string path)
    {
        var (enqueued, ok, failed, made) = (new HashSet<string>(), new Dictionary<string, DateTimeOffset>(), new HashSet<string>(), false);
        if (!File.Exists(path))
            return new(enqueued, ok, failed, made);
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line)
        {
            if (!line.EndsWith('}'))
                continue;
            using var told = JsonDocument.Parse(line);
            var root = told.RootElement;
            var id = root.TryGetProperty("id", out var given) ? given.ToString() : "";
            switch (root.GetProperty("e").GetString())
            {
                case "enq":
                    enqueued.Add(id);
                    break;
                case "ok":
                    ok[id] = DateTimeOffset.FromUnixTimeMilliseconds(root.GetProperty("t").GetInt64());
                    break;
                case "fail" when root.TryGetProperty("final", out var final) && final.ValueKind == JsonValueKind.True:
                    failed.Add(id);
                    break;
                case "made":
                    made = true;
                    break;
            }
        }

        return new(enqueued, ok, failed, made);
    }
}
