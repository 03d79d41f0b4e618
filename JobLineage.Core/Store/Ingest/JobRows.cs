using System.Text.Json;
using JobLineage.Core.Model;
using Npgsql;
using NpgsqlTypes;

namespace JobLineage.Core.Store.Ingest;

/// <summary>Writes whole job rows by binary COPY.</summary>
internal static class JobRows
{
    /// <summary>The columns in the order in which they are written.</summary>
    public static readonly string[] Columns =
    [
        "source_id", "id", "run_id", "stage_id", "parent_id", "run_key", "worker", "queue", "step", "state", "flags",
        "attempt", "max_attempts", "priority", "children", "fingerprint", "hash", "inserted_at", "scheduled_at",
        "attempted_at", "finished_at", "attempted_by", "args", "meta", "errors", "expected", "native_id",
    ];

    /// <summary>Characters of all errors of a job that are stored; the newest are kept.</summary>
    private const int ErrorsLimit = 8192;

    public static async Task CopyAsync(
        NpgsqlConnection connection, string table, short sourceId, IEnumerable<Node> nodes, CancellationToken cancellation)
    {
        await using var writer = await connection.BeginBinaryImportAsync(
            $"copy {table} ({string.Join(", ", Columns)}) from stdin (format binary)", cancellation);
        writer.Timeout = TimeSpan.FromMinutes(10);
        foreach (var node in nodes)
        {
            await writer.StartRowAsync(cancellation);
            await WriteAsync(writer, sourceId, node, cancellation);
        }

        await writer.CompleteAsync(cancellation);
    }

    private static async Task WriteAsync(NpgsqlBinaryImporter row, short sourceId, Node node, CancellationToken cancellation)
    {
        var facts = node.New;
        var job = node.Incoming;
        await row.WriteAsync(sourceId, NpgsqlDbType.Smallint, cancellation);
        await row.WriteAsync(node.Id, NpgsqlDbType.Text, cancellation);
        await Number(row, facts.RunId, cancellation);
        await Number(row, facts.StageId, cancellation);
        await Text(row, facts.ParentId, cancellation);
        await Text(row, facts.RunKey, cancellation);
        await row.WriteAsync(facts.Worker, NpgsqlDbType.Integer, cancellation);
        await row.WriteAsync(facts.Queue, NpgsqlDbType.Integer, cancellation);
        await Number(row, facts.Step, cancellation);
        await row.WriteAsync((short)facts.State, NpgsqlDbType.Smallint, cancellation);
        await row.WriteAsync((short)facts.Flags, NpgsqlDbType.Smallint, cancellation);
        await row.WriteAsync(job?.Attempt ?? 0, NpgsqlDbType.Integer, cancellation);
        await row.WriteAsync(job?.MaxAttempts ?? 0, NpgsqlDbType.Integer, cancellation);
        await row.WriteAsync(job?.Priority ?? 0, NpgsqlDbType.Integer, cancellation);
        await row.WriteAsync(facts.Children, NpgsqlDbType.Integer, cancellation);
        await Number(row, facts.Fingerprint, cancellation);
        await row.WriteAsync(node.Hash, NpgsqlDbType.Bigint, cancellation);
        await Time(row, job?.InsertedAt, cancellation);
        await Time(row, job?.ScheduledAt, cancellation);
        await Time(row, job?.AttemptedAt, cancellation);
        await Time(row, job?.FinishedAt, cancellation);
        await Text(row, job?.AttemptedBy, cancellation);
        await Text(row, job?.Args, cancellation);
        await Text(row, job?.Meta, cancellation);
        await Text(row, job is null ? null : Errors(job.Errors), cancellation);
        await Number(row, facts.Expected, cancellation);
        await Text(row, node.NativeId, cancellation);
    }

    /// <summary>The errors as JSON, oldest first; null without any. When there are too many the oldest are left out.</summary>
    internal static string? Errors(IReadOnlyList<JobError> errors)
    {
        if (errors.Count == 0)
            return null;
        var room = ErrorsLimit;
        var first = errors.Count - 1;
        for (room -= errors[first].Message.Length; first > 0 && errors[first - 1].Message.Length <= room; first--)
            room -= errors[first - 1].Message.Length;
        return JsonSerializer.Serialize(errors.Skip(first), StoredJson.Options);
    }

    private static Task Text(NpgsqlBinaryImporter row, string? value, CancellationToken cancellation) =>
        value is null ? row.WriteNullAsync(cancellation) : row.WriteAsync(value, NpgsqlDbType.Text, cancellation);

    private static Task Number(NpgsqlBinaryImporter row, long? value, CancellationToken cancellation) =>
        value is null ? row.WriteNullAsync(cancellation) : row.WriteAsync(value.Value, NpgsqlDbType.Bigint, cancellation);

    private static Task Number(NpgsqlBinaryImporter row, int? value, CancellationToken cancellation) =>
        value is null ? row.WriteNullAsync(cancellation) : row.WriteAsync(value.Value, NpgsqlDbType.Integer, cancellation);

    private static Task Time(NpgsqlBinaryImporter row, DateTimeOffset? value, CancellationToken cancellation) =>
        value is null ? row.WriteNullAsync(cancellation) : row.WriteAsync(value.Value.UtcDateTime, NpgsqlDbType.TimestampTz, cancellation);
}
