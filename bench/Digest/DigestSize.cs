using System.Diagnostics;
using System.Globalization;
using Dapper;
using JobLineage.Bench.Measuring;
using JobLineage.Bench.Running;
using JobLineage.Core.Store;
using Npgsql;

namespace JobLineage.Bench.Digest;

/// <summary>What a digest of very many failures costs: the memory of the program that makes it, its time, and the message's size.</summary>
/// <param name="server">Leads to a server, as somebody who may create databases.</param>
/// <param name="program">The path of <c>joblineage.dll</c>.</param>
public sealed class DigestSize(string server, string program)
{
    private readonly string database = string.Create(CultureInfo.InvariantCulture, $"digest_size_{Environment.ProcessId}");

    /// <summary>Measures few, as many as once failed, and very many failures.</summary>
    internal async Task RunAsync(Report report, int failures, CancellationToken cancellation)
    {
        var rows = new List<string[]>();
        foreach (var (what, count, kinds, runs) in new[]
        {
            ("one kind in one run", 100, 1, 1), ("one kind in one run", 1_111, 1, 1), ("one kind in one run", failures, 1, 1),
            ("3,000 kinds in 20,000 runs", failures, 3_000, 20_000),
        })
        {
            var (took, peak, bytes) = await MeasureAsync(count, kinds, runs, cancellation);
            rows.Add([what, Report.Number(count), Report.Time(took), $"{peak / 1024.0 / 1024:0} MB", $"{bytes / 1024.0:0.0} KB"]);
        }

        report.Table("`joblineage digest`, a process of its own", ["failures", "how many", "took", "its memory at most", "the mail"], rows);
    }

    /// <summary>Has a program of its own tell of failures.</summary>
    /// <param name="count">How many.</param>
    /// <param name="kinds">Of how many kinds of error.</param>
    /// <param name="runs">In how many runs.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>How long it took, the program's memory at most, and the mail's size, both in bytes.</returns>
    public async Task<(TimeSpan Took, long Peak, long Bytes)> MeasureAsync(int count, int kinds, int runs, CancellationToken cancellation)
    {
        try
        {
            await FillAsync(count, kinds, runs, cancellation);
            return await MakeAsync(cancellation);
        }
        finally
        {
            await OnServerAsync($"drop database if exists {database} with (force)");
        }
    }

    private async Task FillAsync(int count, int kinds, int runs, CancellationToken cancellation)
    {
        await OnServerAsync($"create database {database}");
        await using var store = StoreDatabase.Create(Connection);
        await Migrator.MigrateAsync(store, null, cancellation);
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into job_lineage.source (name) values ('oban');
            insert into job_lineage.label (text) values ('App.SyncJob'), ('App.MovieDetailJob');
            insert into job_lineage.digest_line (since) values (now() - interval '1 day');
            insert into job_lineage.fingerprint (version, text) select 99, '** (HTTPError) status ' || i from generate_series(1, @kinds) i;
            insert into job_lineage.run (id, source_id, root_id, worker, version)
            select i, s.id, i, l.id, 1 from generate_series(1, @runs) i, job_lineage.source s, job_lineage.label l where l.text = 'App.SyncJob';
            insert into job_lineage.stage (source_id, id, run_id, worker, depth)
            select s.id, i, i, l.id, 1 from generate_series(1, @runs) i, job_lineage.source s, job_lineage.label l where l.text = 'App.MovieDetailJob';
            insert into job_lineage.job (source_id, id, run_id, stage_id, worker, queue, state, attempt, max_attempts, priority, hash)
            select s.id, (1000000 + i)::text, 1 + i % @runs, 1 + i % @runs, l.id, l.id, 6, 3, 3, 0, 0
            from generate_series(1, @count) i, job_lineage.source s, job_lineage.label l where l.text = 'App.MovieDetailJob';
            insert into job_lineage.failure (source_id, job_id, attempt, attempted_at, finished_at, failed_at, at_first_sight, worker, max_attempts, fingerprint, message, target)
            select s.id, (1000000 + i)::text, 3, now(), now(), now() - i * interval '1 ms', false, l.id, 3,
                (select min(id) from job_lineage.fingerprint) + i % @kinds,
                '** (HTTPError) status ' || 1 + i % @kinds || E' for movie\n    (app) lib/app/movies.ex:42: App.Movies.fetch/1\n' || repeat('x', 400), 'movie ' || i
            from generate_series(1, @count) i, job_lineage.source s, job_lineage.label l where l.text = 'App.MovieDetailJob';
            analyze;
            """,
            new { count, kinds, runs }, commandTimeout: 1_200, cancellationToken: cancellation));
    }

    private async Task<(TimeSpan Took, long Peak, long Bytes)> MakeAsync(CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("joblineage-digest-size-");
        try
        {
            await using var dashboard = new DashboardProcess(program, Connection, "oban", Connection);
            // The failures are in the store alone: what is measured is the telling, not the reading.
            foreach (var key in dashboard.Settings.Keys.Where(k => k.StartsWith("JobLineage__Sources__", StringComparison.Ordinal)).ToList())
                dashboard.Settings.Remove(key);
            dashboard.Settings["JobLineage__Digest__Channel"] = "File";
            dashboard.Settings["JobLineage__Digest__File__Directory"] = folder.FullName;
            dashboard.Settings["JobLineage__Digest__BaseUrl"] = DigestTrial.BaseUrl;
            var started = Stopwatch.GetTimestamp();
            using var process = dashboard.Run("digest");
            var peak = 0L;
            while (!process.HasExited)
            {
                peak = Math.Max(peak, await PeakAsync(process.Id));
                await Task.Delay(20, cancellation);
            }

            await process.WaitForExitAsync(cancellation);
            // The source is not configured, and so not read: the digest says it.
            if (process.ExitCode != 3)
                throw new InvalidOperationException($"The digest ended with {process.ExitCode}: {dashboard.Said}");
            return (Stopwatch.GetElapsedTime(started), peak, folder.GetFiles("*.eml").Single().Length);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The most memory that a process had so far, in bytes; 0 when it has just ended.</summary>
    private static async Task<long> PeakAsync(int process)
    {
        try
        {
            var line = (await File.ReadAllLinesAsync($"/proc/{process}/status")).FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private async Task OnServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString);
        await connection.ExecuteAsync(sql);
    }

    private string Connection => new NpgsqlConnectionStringBuilder(server) { Database = database }.ConnectionString;
}
