using System.Text.Json;
using Npgsql;

namespace JobLineage.Tests.Support;

/// <summary>Rows that real queues wrote, kept byte for byte; what is known of them is in the README beside them.</summary>
public sealed record RecordedData
{
    public static readonly RecordedData ObanMid = new("oban", "oban_jobs", "run1_mid");
    public static readonly RecordedData ObanEnd = new("oban", "oban_jobs", "run1_end");
    public static readonly RecordedData ObanPruned = new("oban", "oban_jobs", "run1_pruned");
    public static readonly RecordedData ResearchMid = new("research_jobs", "research_jobs", "rows_mid");
    public static readonly RecordedData ResearchRetrying = new("research_jobs", "research_jobs", "rows_retrying");

    private RecordedData(string folder, string table, string name) => (Folder, Table, Name) = (folder, table, name);

    public string Folder { get; }

    public string Table { get; }

    public string Name { get; }

    private static string Root => Path.Combine(AppContext.BaseDirectory, "Data");

    /// <summary>Makes the tables in a schema (made when missing), fills them and sets the sequence.</summary>
    /// <returns>The number of jobs.</returns>
    public async Task<long> LoadAsync(TestDatabase database, string schema = "public")
    {
        await using var connection = await database.OpenAsync();
        var quoted = $"\"{schema.Replace("\"", "\"\"")}\"";
        await RunAsync(connection, $"create schema if not exists {quoted}; set search_path to {quoted}");
        await RunAsync(connection, await File.ReadAllTextAsync(Path.Combine(Root, Folder, "schema.sql")));
        await using (var writer = await connection.BeginTextImportAsync($"copy {Table} from stdin (format csv, header)"))
            await writer.WriteAsync(await File.ReadAllTextAsync(Path.Combine(Root, Folder, Name + ".csv")));

        await RunAsync(connection, $"analyze {Table}");
        await using var last = new NpgsqlCommand(
            $"select setval(pg_get_serial_sequence('{Table}', 'id'), max(id)), count(*) from {Table}", connection);
        await using var reader = await last.ExecuteReaderAsync();
        await reader.ReadAsync();
        var jobs = reader.GetInt64(1);
        await reader.CloseAsync();
        await RunAsync(connection, "reset search_path");
        return jobs;
    }

    /// <summary>The stages of the recorded run, which were computed independently of this repository.</summary>
    public RecordedTruth ReadTruth() => JsonSerializer.Deserialize<RecordedTruth>(ReadTruthJson(), JsonSerializerOptions.Web)!;

    /// <summary>The same as text.</summary>
    public string ReadTruthJson() => File.ReadAllText(Path.Combine(Root, Folder, Name + ".truth.json"));

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>What is true of a recorded run, in the shape of <c>stats --json</c>.</summary>
public sealed record RecordedTruth(string Root, IReadOnlyList<RecordedStage> Stages);

/// <summary>A stage of a recorded run; counts hold only states that occur.</summary>
public sealed record RecordedStage(string Path, string Worker, int Depth, int Total, IReadOnlyDictionary<string, int> Counts);
