using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Engines.Conformance;

/// <summary>An engine's tables with rows of a test's own, read by its preset.</summary>
internal static class EngineRows
{
    /// <summary>The engine's empty tables.</summary>
    public static async Task<StoreFixture> MakeAsync(string folder, params IEnumerable<string> sql)
    {
        var fixture = await StoreFixture.CreateAsync();
        await fixture.Database.ExecuteAsync(EngineCase.Read("engines", folder, "schema.sql"));
        foreach (var statement in sql)
            await fixture.Database.ExecuteAsync(statement);
        return fixture;
    }

    /// <summary>Reads a job as every feed does.</summary>
    public static async Task<Job> ReadAsync(StoreFixture fixture, string preset, string id)
    {
        var (source, problem) = await SourceProbe.ProbeAsync(Presets.Find(preset, "q")!, fixture.Source);
        Assert.Null(problem?.Message);
        var rows = await new SourceReader(source!, fixture.Source, new()).ReadAsync([id], default);
        Assert.Empty(rows.Bad);
        return Assert.Single(rows.Jobs);
    }

    /// <summary>Copies a recorded table, without columns that the server makes itself.</summary>
    public static async Task CopyAsync(TestDatabase database, string table, string csv, string? except = null)
    {
        var header = csv[..csv.IndexOf('\n')].TrimEnd('\r');
        await using var connection = await database.OpenAsync();
        var recorded = string.Join(", ", header.Split(',').Select(column => $"{column} text"));
        await using (var make = new Npgsql.NpgsqlCommand($"create temp table recorded ({recorded})", connection))
            await make.ExecuteNonQueryAsync();
        await using (var writer = await connection.BeginTextImportAsync("copy recorded from stdin (format csv, header)"))
            await writer.WriteAsync(csv);
        await using var copy = new Npgsql.NpgsqlCommand(
            $"""
            do $copy$ begin execute (
                select format('insert into {table} (%s) overriding system value select %s from recorded', string_agg(quote_ident(attname), ', '), string_agg(format('%I::%s', attname, format_type(atttypid, atttypmod)), ', '))
                from pg_attribute where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped and attname = any(string_to_array('{header}', ',')) and attname <> '{except}'); end $copy$
            """, connection);
        await copy.ExecuteNonQueryAsync();
    }
}
