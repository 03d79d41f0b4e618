using JobLineage.Bench.Measuring;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Bench.Engines;

/// <summary>
/// What a look costs on a table of 200,000 jobs, most of them long finished: by the conditions of each preset on plain columns, and by conditions made of its expression for the state, as a
/// mapping has that says nothing of what is unfinished. The tables are the engine's own, with its indexes; their rows are made by <see cref="LookTables"/>.
/// </summary>
internal static class LooksBench
{
    private const int Rounds = 20;

    /// <summary>Measures engines, all or some by their presets.</summary>
    public static async Task RunAsync(BenchServer server, Report report, IReadOnlyCollection<string> presets, CancellationToken cancellation)
    {
        var rows = new List<string[]>();
        foreach (var table in LookTables.All.Where(t => presets.Count == 0 || presets.Contains(t.Preset)))
            rows.Add(await MeasureAsync(server, report, table, cancellation));
        if (rows.Count == 0)
            throw new ArgumentException($"There are no rows for that preset; there are for {string.Join(", ", LookTables.All.Select(t => t.Preset))}.");
        report.Table(
            $"looks at {Report.Number(LookTables.Jobs)} jobs, {Report.Number(LookTables.Unfinished)} of them unfinished (median and p95 of {Rounds})",
            ["engine", "rows found", "by conditions, median", "p95", "by the state's expression, median", "p95", "of the first"], rows);
    }

    private static async Task<string[]> MeasureAsync(BenchServer server, Report report, LookTables table, CancellationToken cancellation)
    {
        var name = $"looks_{Environment.ProcessId}_{table.Preset}";
        await ExecuteAsync(server.Database, $"create database {name}", cancellation);
        try
        {
            await using var queue = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name }.ConnectionString);
            await report.WhileAsync($"{table.Preset}: {Report.Number(LookTables.Jobs)} jobs", () => FillAsync(queue, table, cancellation));
            var mapping = Presets.Find(table.Preset, "q")!;
            var (byConditions, found) = await ScannerAsync(mapping, queue, cancellation);
            var (byState, same) = await ScannerAsync(mapping with { Unfinished = [] }, queue, cancellation);
            if (found != LookTables.Unfinished || same != found)
                throw new InvalidOperationException($"{table.Preset}: the conditions find {found} and the state's expression {same} of {LookTables.Unfinished} unfinished jobs.");
            var measured = await report.WhileAsync($"{table.Preset}: looking", () => Paired.RunAsync(Rounds, [new("conditions", byConditions), new("state", byState)], cancellation));
            return [
                Presets.Engine(table.Preset)!.Title, Report.Number(found), Report.Time(measured[0].Median), Report.Time(measured[0].P95), Report.Time(measured[1].Median), Report.Time(measured[1].P95),
                measured[1].Ratio.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture)];
        }
        finally
        {
            await ExecuteAsync(server.Database, $"drop database if exists {name} with (force)", default);
        }
    }

    private static async Task<bool> FillAsync(NpgsqlDataSource queue, LookTables table, CancellationToken cancellation)
    {
        var schema = Path.Combine(BenchServer.RepositoryRoot(), "JobLineage.Tests", "Data", "engines", table.Folder, "schema.sql");
        foreach (var sql in new[] { await File.ReadAllTextAsync(schema, cancellation), table.Fill, "vacuum analyze" })
            await ExecuteAsync(queue, sql, cancellation);
        return true;
    }

    /// <summary>A look as the poll feed makes one, over a table that has not changed, and how many unfinished rows it finds.</summary>
    private static async Task<(Func<Task> Look, int Found)> ScannerAsync(SourceMapping mapping, NpgsqlDataSource queue, CancellationToken cancellation)
    {
        var outcome = await SourceProbe.ProbeAsync(mapping, queue, cancellation);
        var source = outcome.Source ?? throw new InvalidOperationException(outcome.Problem!.Message);
        var scanner = new SourceScanner(new SourceReader(source, queue, new Redaction()), queue, timeoutSeconds: 120);
        var above = await scanner.HighestIdAsync(cancellation);
        TimeSpan? within = source.IdKind == JobIdKind.BigInt ? null : TimeSpan.FromSeconds(30);
        Task<SourceScan> Look() => scanner.ScanAsync(above, within, [], cancellation);
        return (Look, (await Look()).Rows.Count(row => row.Value.IsUnfinished));
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
