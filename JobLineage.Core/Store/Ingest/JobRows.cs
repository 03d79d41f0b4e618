using System.Text.Json;
using JobLineage.Core.Model;
using Npgsql;
using NpgsqlTypes;

namespace JobLineage.Core.Store.Ingest;

/// <summary>
/// Writes job rows: new ones whole, by binary COPY; of those that are there the course of the job, and what is large (arguments,
/// meta, errors) only where that has changed. What of it is large lies in <c>job_lineage.payload</c>, so that a change of state does not write it anew:
/// a row has it in itself or there, never in both. Nothing is written to a catalog.
/// </summary>
internal static class JobRows
{
    /// <summary>Deletes what lies beside the jobs $2 of the source $1.</summary>
    public const string Forget = "delete from job_lineage.payload where source_id = $1 and id = any($2)";

    private static readonly JobColumn Id = JobColumn.Text("id", n => n.Id);

    private static readonly JobColumn[] Columns =
    [
        JobColumn.Number<long>("run_id", NpgsqlDbType.Bigint, n => n.New.RunId),
        JobColumn.Number<long>("stage_id", NpgsqlDbType.Bigint, n => n.New.StageId),
        JobColumn.Text("parent_id", n => n.New.ParentId),
        JobColumn.Text("run_key", n => n.New.RunKey),
        JobColumn.Number<int>("worker", NpgsqlDbType.Integer, n => n.New.Worker),
        JobColumn.Number<int>("queue", NpgsqlDbType.Integer, n => n.New.Queue),
        JobColumn.Number<int>("step", NpgsqlDbType.Integer, n => n.New.Step),
        JobColumn.Number<short>("state", NpgsqlDbType.Smallint, n => (short)n.New.State),
        JobColumn.Number<short>("flags", NpgsqlDbType.Smallint, n => (short)n.New.Flags),
        JobColumn.Number<int>("attempt", NpgsqlDbType.Integer, n => n.New.Attempt),
        JobColumn.Number<int>("children", NpgsqlDbType.Integer, n => n.New.Children),
        JobColumn.Number<int>("fingerprint", NpgsqlDbType.Integer, n => n.New.Fingerprint),
        JobColumn.Time("inserted_at", n => n.New.InsertedAt),
        JobColumn.Time("scheduled_at", n => n.New.ScheduledAt),
        JobColumn.Time("attempted_at", n => n.New.AttemptedAt),
        JobColumn.Time("finished_at", n => n.New.FinishedAt),
        JobColumn.Text("attempted_by", n => n.New.AttemptedBy),
        JobColumn.Number<int>("expected", NpgsqlDbType.Integer, n => n.New.Expected),
        JobColumn.Text("native_id", n => n.NativeId),
        JobColumn.Number<long>("hash", NpgsqlDbType.Bigint, n => n.Hash, isPayload: true),
        JobColumn.Number<int>("max_attempts", NpgsqlDbType.Integer, n => n.Incoming?.MaxAttempts ?? 0, isPayload: true),
        JobColumn.Number<int>("priority", NpgsqlDbType.Integer, n => n.Incoming?.Priority ?? 0, isPayload: true),
        JobColumn.Text("args", n => n.Payload.IsBeside ? null : n.Payload.Args, isPayload: true),
        JobColumn.Text("meta", n => n.Payload.IsBeside ? null : n.Payload.Meta, isPayload: true),
        JobColumn.Text("errors", n => n.Payload.IsBeside ? null : n.Payload.Errors, isPayload: true),
        JobColumn.Text("parents", n => Parents(n.Parents), isPayload: true),
    ];

    private static readonly JobColumn[] Course = [.. Columns.Where(c => !c.IsPayload)];

    /// <summary>The columns of <c>job_lineage.payload</c> behind its key.</summary>
    private static readonly JobColumn[] Beside =
    [
        JobColumn.Text("args", n => n.Payload.Args),
        JobColumn.Text("meta", n => n.Payload.Meta),
        JobColumn.Text("errors", n => n.Payload.Errors),
    ];

    private static readonly string CopyBeside = $"copy job_lineage.payload (source_id, id, {Names(Beside)}) from stdin (format binary)";

    private static readonly string PutBeside =
        $"""
        insert into job_lineage.payload (source_id, id, {Names(Beside)})
        select $1, * from unnest($2, $3, $4, $5)
        on conflict (source_id, id) do update set ({Names(Beside)}) = ({string.Join(", ", Beside.Select(c => "excluded." + c.Name))})
        """;

    private static readonly string Copy = $"copy job_lineage.job (source_id, id, {Names(Columns)}) from stdin (format binary)";

    private static readonly string UpdateCourse = Update(Course);

    private static readonly string UpdateAll = Update(Columns);

    /// <summary>Adds rows that are not there.</summary>
    public static async Task AddAsync(NpgsqlConnection connection, short sourceId, IReadOnlyCollection<Node> nodes, CancellationToken cancellation)
    {
        await AddAsync(connection, Copy, Columns, sourceId, nodes, cancellation);
        await AddAsync(connection, CopyBeside, Beside, sourceId, [.. nodes.Where(n => n.Payload.IsBeside)], cancellation);
    }

    private static async Task AddAsync(
        NpgsqlConnection connection, string copy, JobColumn[] columns, short sourceId, IReadOnlyCollection<Node> nodes, CancellationToken cancellation)
    {
        if (nodes.Count == 0)
            return;
        await using var writer = await connection.BeginBinaryImportAsync(copy, cancellation);
        writer.Timeout = TimeSpan.FromMinutes(10);
        foreach (var node in nodes)
        {
            await writer.StartRowAsync(cancellation);
            await writer.WriteAsync(sourceId, NpgsqlDbType.Smallint, cancellation);
            await Id.CopyAsync(writer, node, cancellation);
            foreach (var column in columns)
                await column.CopyAsync(writer, node, cancellation);
        }

        await writer.CompleteAsync(cancellation);
    }

    /// <summary>Adds the statements that change rows which are there; none when there is nothing to change.</summary>
    public static void Change(NpgsqlBatch batch, short sourceId, IEnumerable<Node> nodes)
    {
        // Neighbours in the order of the key are neighbours in its index, and often in the table.
        var (all, course) = (new List<Node>(), new List<Node>());
        foreach (var node in nodes)
            (node.IsPayloadChanged ? all : course).Add(node);
        Add(UpdateCourse, Course, course);
        Add(UpdateAll, Columns, all);
        var within = all.Where(n => !n.Payload.IsBeside).ToList();
        if (within.Count > 0)
            batch.Add(Forget, sourceId, Parameters.Texts(within.Select(n => n.Id)));
        Add(PutBeside, Beside, [.. all.Where(n => n.Payload.IsBeside)]);

        void Add(string sql, JobColumn[] columns, List<Node> some)
        {
            if (some.Count == 0)
                return;
            some.Sort((a, b) => string.CompareOrdinal(a.Id, b.Id));
            batch.Add(sql, [sourceId, Id.Array(some), .. columns.Select(c => c.Array(some))]);
        }
    }

    private static string Update(JobColumn[] columns) =>
        $"""
        update job_lineage.job j
        set ({Names(columns)}) = ({string.Join(", ", columns.Select(c => "i." + c.Name))})
        from unnest({string.Join(", ", Enumerable.Range(2, columns.Length + 1).Select(n => $"${n}"))}) i (id, {Names(columns)})
        where j.source_id = $1 and j.id = i.id
        """;

    /// <summary>Further parents as they are stored.</summary>
    public static string? Parents(IReadOnlyList<string> keys) => keys.Count > 0 ? JsonSerializer.Serialize(keys, StoredJson.Options) : null;

    private static string Names(IEnumerable<JobColumn> columns) => string.Join(", ", columns.Select(c => c.Name));
}
