using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using JobLineage.Bench.Checking;
using JobLineage.Bench.Measuring;
using JobLineage.Core.Feed;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace JobLineage.Bench.Engines;

/// <summary>
/// Real engines run a pipeline of more than a thousand jobs with failures, retries, jobs for later and a queue that nobody serves, and their worker is killed once; two feeds follow live, one
/// by triggers and one by polling, each with a store of its own. At rest both are compared with the source, and with what the program told of itself.
/// </summary>
internal sealed class EnginesBench : IBenchmark
{
    private const int Roots = 30;

    private static readonly TimeSpan Most = TimeSpan.FromMinutes(4);

    public string Name => "engines";

    public string Description => $"real engines followed live by both feeds; [{string.Join(", ", EngineProgram.All.Select(p => p.Name))}; default: all]";

    public async Task RunAsync(BenchServer server, Report report, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var chosen = EngineProgram.All.Where(p => arguments.Count == 0 || arguments.Contains(p.Name)).ToList();
        if (chosen.Count == 0)
            throw new ArgumentException($"There is no such engine; there are {string.Join(", ", EngineProgram.All.Select(p => $"\"{p.Name}\""))}.");
        var rows = new List<string[]>();
        foreach (var program in chosen)
        {
            if (!EngineProgram.HasNode())
                report.Note($"{program.Name}: skipped, it needs Node and npm, which are not here.");
            else if (await report.WhileAsync($"{program.Name}: installing", () => program.InstallAsync(cancellation)) is { } problem)
                report.Note($"{program.Name}: skipped. {problem}");
            else
                rows.AddRange(await report.WhileAsync($"{program.Name}: running", () => FollowAsync(server, program, cancellation)));
        }

        if (rows.Count > 0)
            report.Table("engines, followed live", ["engine", "feed", "jobs", "ended well, of those told", "failed for good, told once", "differences at rest", "change → store p50", "p95"], rows, textColumns: 2);
    }

    private static async Task<IReadOnlyList<string[]>> FollowAsync(BenchServer server, EngineProgram program, CancellationToken cancellation)
    {
        var name = $"engines_{Environment.ProcessId}_{string.Concat(program.Name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant()}";
        string[] databases = [name, name + "_trigger", name + "_poll"];
        foreach (var database in databases)
            await ExecuteAsync(server.Database, $"create database {database}", cancellation);
        var log = Path.Combine(Path.GetTempPath(), name + ".log");
        try
        {
            await using var queue = NpgsqlDataSource.Create(To(server, name));
            using (var first = program.Run(Url(server, name), log, roots: 0, seconds: 3600))
            {
                await ThereAsync(program, queue, first, cancellation);
                first.Kill();
            }

            var mapping = Presets.Find(program.Preset, "q")!;
            var probed = (await SourceProbe.ProbeAsync(mapping, queue, cancellation)).Source!;
            await new TriggerInstaller(probed.Mapping, queue).InstallAsync(cancellation: cancellation);
            await using var pushed = await Follower.StartAsync(mapping, To(server, name), To(server, databases[1]), FeedKind.Trigger, cancellation);
            await using var polled = await Follower.StartAsync(mapping, To(server, name), To(server, databases[2]), FeedKind.Poll, cancellation);
            using (var killed = program.Run(Url(server, name), log, Roots, seconds: 3600))
            {
                await UntilAsync(() => ProgramLog.Read(log).Enqueued.Count > 400, cancellation);
                killed.Kill();
            }

            // What it had in hands when it was killed is not what is asked for: the rest is made by the next one.
            using var second = program.Run(Url(server, name), log, Roots - (ProgramLog.Read(log).Enqueued.Count / 45), seconds: 3600);
            await UntilAsync(() => ProgramLog.Read(log).IsMade, cancellation);
            await RestAsync(log, cancellation);
            second.Kill();
            await Task.Delay(TimeSpan.FromSeconds(15), cancellation);
            var told = ProgramLog.Read(log);
            return [await pushed.CompareAsync(program, "triggers", told, queue, cancellation), await polled.CompareAsync(program, "polling", told, queue, cancellation)];
        }
        finally
        {
            File.Delete(log);
            foreach (var database in databases)
                await ExecuteAsync(server.Database, $"drop database if exists {database} with (force)", default);
        }
    }

    /// <summary>Waits for the tables that the program makes.</summary>
    private static async Task ThereAsync(EngineProgram program, NpgsqlDataSource queue, HeardProcess process, CancellationToken cancellation)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < Most;)
        {
            if (process.HasExited)
            {
                await process.EndAsync(cancellation);
                throw new ArgumentException($"{program.Name} ended: {process.FirstError}");
            }

            if ((await SourceProbe.ProbeAsync(Presets.Find(program.Preset, "q")!, queue, cancellation)).Source is not null)
            {
                // Migrations may still be under way.
                await Task.Delay(TimeSpan.FromSeconds(3), cancellation);
                return;
            }

            await Task.Delay(200, cancellation);
        }
    }

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

    private static async Task UntilAsync(Func<bool> condition, CancellationToken cancellation)
    {
        for (var began = Stopwatch.GetTimestamp(); !condition() && Stopwatch.GetElapsedTime(began) < Most;)
            await Task.Delay(100, cancellation);
    }

    private static string To(BenchServer server, string database) => new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = database }.ConnectionString;

    private static string Url(BenchServer server, string database)
    {
        var to = new NpgsqlConnectionStringBuilder(server.ConnectionString);
        return string.Create(CultureInfo.InvariantCulture, $"postgres://{Uri.EscapeDataString(to.Username!)}:{Uri.EscapeDataString(to.Password ?? "")}@{to.Host}:{to.Port}/{database}");
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>A dashboard without pages that follows one source, and somebody who watches its store for jobs that have ended well.</summary>
    private sealed class Follower : IAsyncDisposable
    {
        private readonly NpgsqlDataSource source;
        private readonly NpgsqlDataSource store;
        private readonly Leader leader;
        private readonly SourceMapping mapping;
        private readonly CancellationTokenSource stop = new();
        private readonly ConcurrentDictionary<string, DateTimeOffset> seen = new();
        private readonly Task watching;

        private Follower(SourceMapping mapping, string source, string store, FeedKind feed)
        {
            (this.mapping, this.source, this.store) = (mapping, NpgsqlDataSource.Create(source), StoreDatabase.Create(store));
            leader = new(this.store, [new(mapping, this.source, new Redaction(), feed)], new Viewer(), new FeedOptions(), TimeProvider.System, NullLoggerFactory.Instance);
            watching = Task.Run(WatchAsync);
        }

        public static async Task<Follower> StartAsync(SourceMapping mapping, string source, string store, FeedKind feed, CancellationToken cancellation)
        {
            var follower = new Follower(mapping, source, store, feed);
            await Migrator.MigrateAsync(follower.store, cancellation);
            await follower.leader.StartAsync(cancellation);
            return follower;
        }

        /// <summary>A row of the table.</summary>
        public async Task<string[]> CompareAsync(EngineProgram program, string feed, ProgramLog told, NpgsqlDataSource queue, CancellationToken cancellation)
        {
            var probed = (await SourceProbe.ProbeAsync(mapping, queue, cancellation)).Source!;
            var completed = await TextsAsync($"select coalesce(native_id, id) from job_lineage.job where state = {(short)JobState.Completed} and flags & 5 = 0", cancellation);
            var failed = await TextsAsync("select job_id from job_lineage.failure", cancellation);
            var once = failed.Count == failed.Distinct().Count() && told.Failed.All(failed.Contains) && failed.All(told.Failed.Contains);
            // Of a queue that deletes jobs the source has no more what is compared: the program's own count is what there is.
            var differences = mapping.Deleted is null ? (await new StoreAudit(store, probed, queue).FindAsync(cancellation: cancellation)).Count : told.Ok.Keys.Count(id => !completed.Contains(id));
            var latencies = told.Ok.Where(o => seen.ContainsKey(o.Key)).Select(o => seen[o.Key] - o.Value).Order().ToList();
            var count = await TextsAsync("select id from job_lineage.job where flags & 5 = 0", cancellation);
            return [
                program.Name, feed, Report.Number(count.Count), $"{Report.Number(told.Ok.Keys.Count(completed.Contains))} of {Report.Number(told.Ok.Count)}",
                $"{Report.Number(told.Failed.Count(failed.Contains))} of {Report.Number(told.Failed.Count)}{(once ? "" : $", and {Report.Number(failed.Count - told.Failed.Count(failed.Contains))} others")}", Report.Number(differences), At(latencies, 50), At(latencies, 95)];
        }

        private static string At(List<TimeSpan> sorted, int percent) => sorted.Count == 0 ? "–" : Report.Time(sorted[(sorted.Count - 1) * percent / 100]);

        private async Task WatchAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    foreach (var id in await TextsAsync($"select coalesce(native_id, id) from job_lineage.job where state = {(short)JobState.Completed} and flags & 5 = 0", stop.Token))
                        seen.TryAdd(id, TimeProvider.System.GetUtcNow());
                    await Task.Delay(50, stop.Token);
                }
                catch (Exception e) when (e is OperationCanceledException or NpgsqlException)
                {
                    // The store's tables are not there yet, or it is over.
                    await Task.Delay(200);
                }
            }
        }

        private async Task<IReadOnlyList<string>> TextsAsync(string sql, CancellationToken cancellation)
        {
            await using var command = store.CreateCommand(sql);
            await using var row = await command.ExecuteReaderAsync(cancellation);
            var texts = new List<string>();
            while (await row.ReadAsync(cancellation))
                texts.Add(row.GetString(0));
            return texts;
        }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await watching;
            await leader.StopAsync(default);
            leader.Dispose();
            stop.Dispose();
            await source.DisposeAsync();
            await store.DisposeAsync();
        }
    }

    /// <summary>Somebody looks: the feeds are as fast as they are for a viewer.</summary>
    private sealed class Viewer : IAttention
    {
        public bool IsWatched(string source) => true;
    }
}
