using System.Diagnostics;
using JobLineage.Bench.Measuring;
using JobLineage.Core.Feed;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Bench.Engines;

/// <summary>
/// Real engines run a pipeline of more than a thousand jobs with failures, retries, cancellations, jobs for later and a queue that nobody serves, prune what has ended, and their worker is killed
/// once; two feeds follow live, one by triggers and one by polling, each with a store of its own. At rest both are compared with the source, and with what the program told of itself.
/// </summary>
internal sealed class EnginesBench : IBenchmark
{
    private const int Roots = 30;

    private static readonly TimeSpan Most = TimeSpan.FromMinutes(4);

    public string Name => "engines";

    public string Description => $"real engines followed live by both feeds; [{string.Join(", ", EngineProgram.All.Select(p => p.Name))}; default: all]; looks [presets]: what a look at 200,000 jobs costs";

    public async Task RunAsync(BenchServer server, Report report, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        if (arguments.Count > 0 && arguments[0] == "looks")
        {
            await LooksBench.RunAsync(server, report, [.. arguments.Skip(1)], cancellation);
            return;
        }

        var chosen = EngineProgram.All.Where(p => arguments.Count == 0 || arguments.Contains(p.Name)).ToList();
        if (chosen.Count == 0)
            throw new ArgumentException($"There is no such engine; there are {string.Join(", ", EngineProgram.All.Select(p => $"\"{p.Name}\""))}.");
        var rows = new List<string[]>();
        foreach (var program in chosen)
        {
            if (await report.WhileAsync($"{program.Name}: getting it", () => program.PrepareAsync(cancellation)) is { } problem)
            {
                report.Note($"{program.Name}: skipped. {problem}");
                continue;
            }

            foreach (var (row, differences) in await report.WhileAsync($"{program.Name}: running", () => FollowAsync(server, program, cancellation)))
            {
                rows.Add(row);
                report.Note(string.Join("; ", row));
                foreach (var difference in differences.Take(20))
                    report.Note($"  {difference}");
            }
        }

        if (rows.Count > 0)
            report.Table("engines, followed live", EngineFollower.Columns, rows, textColumns: 2);
    }

    private static async Task<IReadOnlyList<(string[] Row, IReadOnlyList<string> Differences)>> FollowAsync(BenchServer server, EngineProgram program, CancellationToken cancellation)
    {
        var name = $"engines_{Environment.ProcessId}_{string.Concat(program.Name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant()}";
        string[] databases = [name, name + "_trigger", name + "_poll"];
        foreach (var database in databases)
            await ExecuteAsync(server.Database, $"create database {database}", cancellation);
        var log = Path.Combine(Path.GetTempPath(), name + ".log");
        var to = To(server, name);
        try
        {
            await using var queue = NpgsqlDataSource.Create(to);
            await using (var first = program.Run(to, log, roots: 0))
                await ThereAsync(program, queue, first, cancellation);

            var mapping = Presets.Find(program.Preset, "q")!;
            var probed = (await SourceProbe.ProbeAsync(mapping, queue, cancellation)).Source!;
            await new TriggerInstaller(probed.Mapping, queue).InstallAsync(cancellation: cancellation);
            await using var pushed = await EngineFollower.StartAsync(mapping, to, To(server, databases[1]), FeedKind.Trigger, cancellation);
            await using var polled = await EngineFollower.StartAsync(mapping, to, To(server, databases[2]), FeedKind.Poll, cancellation);
            await using (var killed = program.Run(to, log, Roots))
                await UntilAsync(program, killed, () => ProgramLog.Read(log).Enqueued > 400, cancellation);

            // What it had in its hands when it was killed is not what is asked for: the rest is made by the next one.
            await using (var second = program.Run(to, log, Roots - ProgramLog.Read(log).Roots))
            {
                await UntilAsync(program, second, () => ProgramLog.Read(log).IsMade, cancellation);
                await RestAsync(log, cancellation);
                // What ended last is pruned too.
                await Task.Delay(EngineProgram.PrunedAfter, cancellation);
            }

            var told = ProgramLog.Read(log);
            return [await pushed.RestAsync(program, "triggers", told, cancellation), await polled.RestAsync(program, "polling", told, cancellation)];
        }
        finally
        {
            File.Delete(log);
            foreach (var database in databases)
                await ExecuteAsync(server.Database, $"drop database if exists {database} with (force)", default);
        }
    }

    /// <summary>Waits for the tables that the program makes.</summary>
    private static async Task ThereAsync(EngineProgram program, NpgsqlDataSource queue, HeardProcess running, CancellationToken cancellation)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < Most;)
        {
            await WorksAsync(program, running, cancellation);
            if ((await SourceProbe.ProbeAsync(Presets.Find(program.Preset, "q")!, queue, cancellation)).Source is not null)
            {
                // Migrations may still be under way.
                await Task.Delay(TimeSpan.FromSeconds(3), cancellation);
                return;
            }

            await Task.Delay(200, cancellation);
        }
    }

    /// <summary>Waits until nothing has ended for a while.</summary>
    private static async Task RestAsync(string log, CancellationToken cancellation)
    {
        var (began, ended, still) = (Stopwatch.GetTimestamp(), -1, 0);
        while (still < 25 && Stopwatch.GetElapsedTime(began) < Most)
        {
            var now = ProgramLog.Read(log);
            still = now.Ok.Count + now.Failed.Count == ended ? still + 1 : 0;
            ended = now.Ok.Count + now.Failed.Count;
            await Task.Delay(1_000, cancellation);
        }
    }

    private static async Task UntilAsync(EngineProgram program, HeardProcess running, Func<bool> condition, CancellationToken cancellation)
    {
        for (var began = Stopwatch.GetTimestamp(); !condition() && Stopwatch.GetElapsedTime(began) < Most;)
        {
            await WorksAsync(program, running, cancellation);
            await Task.Delay(100, cancellation);
        }
    }

    private static async Task WorksAsync(EngineProgram program, HeardProcess running, CancellationToken cancellation)
    {
        if (!running.HasExited)
            return;
        await running.EndAsync(cancellation);
        throw new ArgumentException($"{program.Name} ended: {running.FirstError}");
    }

    private static string To(BenchServer server, string database) => new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = database }.ConnectionString;

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
