using System.Globalization;
using JobLineage.Core.Contract;
using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Feed.Trigger;

/// <summary>Finds every queue in a database that is known by name, and says of each how it would be read. Reads only.</summary>
/// <param name="database">Connections to the database.</param>
/// <param name="redaction">Takes secrets out of what errors say of rows.</param>
public sealed class EngineFinder(NpgsqlDataSource database, Redaction redaction)
{
    private const int TimeoutSeconds = 5;

    private const string Candidates = """
        select c.relname::text, n.nspname::text
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relname = any($1) and c.relkind in ('r', 'p') and not coalesce((select i.inhparent <> 0 from pg_inherits i where i.inhrelid = c.oid limit 1), false)
            and n.nspname <> all(array['pg_catalog', 'information_schema', 'job_lineage', 'pg_toast']) and n.nspname not like 'pg\_temp%'
        order by 1, 2
        """;

    /// <summary>The queues, in the order of their presets and schemas.</summary>
    public async Task<IReadOnlyList<FoundEngine>> FindAsync(CancellationToken cancellation)
    {
        var engines = Presets.All.ToLookup(e => e.Map("").Table, StringComparer.Ordinal);
        var tables = new List<(string Table, string Schema)>();
        await using (var command = database.CreateCommand(Candidates))
        {
            command.With(Parameters.Texts(engines.Select(e => e.Key))).CommandTimeout = TimeoutSeconds;
            await using var row = await command.ExecuteReaderAsync(cancellation);
            while (await row.ReadAsync(cancellation))
                tables.Add((row.GetString(0), row.GetString(1)));
        }

        var found = new List<FoundEngine>();
        foreach (var engine in Presets.All)
        {
            foreach (var (_, schema) in tables.Where(t => engines[t.Table].Contains(engine)))
            {
                if (await ExamineAsync(engine, schema, cancellation) is { } one)
                    found.Add(one);
            }
        }

        // A name for each: the preset's, with the schema where that would be another's name.
        return [.. found.Select(f => f with { Name = found.Count(o => o.Engine == f.Engine) == 1 ? f.Engine.Name : $"{f.Engine.Name}.{SchemaPatterns.Safe(f.Schema)}" })];
    }

    /// <summary>Null where a table of that name is another's: it lacks what the engine's has.</summary>
    private async Task<FoundEngine?> ExamineAsync(IEngine engine, string schema, CancellationToken cancellation)
    {
        var mapping = engine.Map(engine.Name) with { Schema = schema };
        var (probed, problem) = await SourceProbe.ProbeAsync(mapping, database, cancellation);
        if (probed is null)
        {
            return problem!.Kind == SourceProblemKind.NoPrivilege
                ? new(engine, engine.Name, schema, null, null, null, null, [new(CheckLevel.Problem, "table", problem.Message)])
                : null;
        }

        var version = await new EngineReader(engine, probed.Mapping, database, redaction, TimeoutSeconds).VersionAsync(cancellation);
        var checks = await new SourceDoctor(probed, database, FeedKind.Auto, redaction).ExamineAsync(cancellation);
        var rows = await new SourceReader(probed, database, redaction, TimeoutSeconds).EstimateRowsAsync(cancellation);
        return new(engine, engine.Name, schema, version, rows, await CoverageAsync(probed, cancellation), probed, checks);
    }

    /// <summary>Which part of the newest jobs carries a link.</summary>
    private async Task<LineageCoverage?> CoverageAsync(ProbedSource source, CancellationToken cancellation)
    {
        try
        {
            await using var command = await SourceCommand.OpenAsync(database, source.Mapping, TimeoutSeconds, cancellation);
            command.Sql = CoverageSql.Of(source);
            await using var row = await command.ReadAsync(System.Data.CommandBehavior.Default, cancellation);
            await row.ReadAsync(cancellation);
            return new(row.GetInt64(0), row.GetInt64(1), source.Mapping.InsertedAt is not null);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled && !cancellation.IsCancellationRequested || SourceFaults.IsOfRows(e))
        {
            return null;
        }
    }
}

/// <summary>A queue that was found.</summary>
/// <param name="Engine">Which it is.</param>
/// <param name="Name">What the source could be called.</param>
/// <param name="Schema">Where it is.</param>
/// <param name="Version">Its version, in its own words; null where it does not say.</param>
/// <param name="Rows">About how many rows it has; null where it may not be read.</param>
/// <param name="Coverage">Which part of its newest jobs carries a link; null where that could not be told.</param>
/// <param name="Source">How it is read; null where it may not be.</param>
/// <param name="Checks">What stands between us and it, and what would make it better.</param>
public sealed record FoundEngine(
    IEngine Engine, string Name, string Schema, string? Version, long? Rows, LineageCoverage? Coverage, ProbedSource? Source, IReadOnlyList<Check> Checks)
{
    /// <summary>One sentence about it.</summary>
    public string Sentence
    {
        get
        {
            var table = $"{Schema}.{Engine.Map("").Table}";
            var version = Version is null ? "" : $", version {Version}";
            var rows = Rows is { } about ? $", about {Format.Count(about)} {(about == 1 ? "row" : "rows")}" : "";
            return $"{Engine.Title} in {table}{version}{rows}.{(Coverage?.Sentence is { } coverage ? $" {coverage}" : "")}";
        }
    }

    /// <summary>The configuration of a source for it; the connection string is the reader's to write.</summary>
    public string Configuration
    {
        get
        {
            static string Json(string text) => System.Text.Json.JsonSerializer.Serialize(text);
            var schema = Schema == Engine.Map("").Schema ? "" : string.Create(CultureInfo.InvariantCulture, $",\n    \"Schema\": {Json(Schema)}");
            return $$"""
                { "JobLineage": { "Sources": { {{Json(Name)}}: {
                    "Preset": {{Json(Engine.Name)}},
                    "ConnectionString": "…"{{schema}}
                } } } }
                """;
        }
    }
}

/// <summary>How many of the newest jobs carry a link.</summary>
/// <param name="Linked">Jobs that name a parent, or share a key.</param>
/// <param name="Jobs">Jobs that were looked at.</param>
/// <param name="IsSinceYesterday">Whether those are the jobs of the last day; otherwise the last ones in the order of ids.</param>
public sealed record LineageCoverage(long Linked, long Jobs, bool IsSinceYesterday)
{
    /// <summary>One sentence; null where there is no job.</summary>
    public string? Sentence => Jobs == 0
        ? IsSinceYesterday ? "It has no job since yesterday." : null
        : $"{Format.Count(Linked * 100 / Jobs)} % of {(IsSinceYesterday ? "its jobs since yesterday" : $"its last {Format.Count(Jobs)} jobs")} carry a parent{(Linked == 0 ? $": {Hint}" : ".")}";

    private const string Hint = "write it where a job is inserted (docs/tracking.md).";
}
