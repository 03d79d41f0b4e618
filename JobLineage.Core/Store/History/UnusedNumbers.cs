using Npgsql;

namespace JobLineage.Core.Store.History;

/// <summary>
/// Gives up the numbers of workers, queues, steps and fingerprints that no job has any more: names that hold an id, or errors that each read differently, would else stay
/// for ever. Once a week, and only where there are many: to know which are used all jobs are read.
/// <para>
/// A number must not be given up while an ingester that knows it writes a row with it. So all ingesters are first made to ask for theirs anew (each does when its next batch
/// begins), which is written down beside the number; what is in no row after that, and was not asked for, goes; and all ask anew once more, since one may have read a number in the
/// very moment in which it went.
/// </para>
/// </summary>
/// <param name="store">Connections to the store.</param>
/// <param name="many">From how many texts of a kind on they are looked through.</param>
/// <param name="every">How much time is between two of these.</param>
internal sealed class UnusedNumbers(NpgsqlDataSource store, int many, TimeSpan every)
{
    /// <summary>From how many texts of a kind on it is worth to look.</summary>
    public const int Many = 20_000;

    /// <summary>Numbers that go in one statement, while no ingester writes.</summary>
    private const int Batch = 20_000;

    private const string LabelTable = "job_lineage.label";

    private const string FingerprintTable = "job_lineage.fingerprint";

    /// <summary>Where the number of a label stands, but for jobs and for the lists of queues of a stage.</summary>
    internal static readonly IReadOnlyList<(string Table, string Column)> LabelColumns =
    [
        ("run", "worker"), ("run_count", "worker"), ("stage", "worker"), ("stage", "step"), ("single", "worker"), ("queue", "queue"),
        ("failure", "worker"), ("mute", "worker"), ("past_run", "worker"),
    ];

    /// <summary>Where the number of a fingerprint stands, but for jobs and for the summaries of past runs.</summary>
    internal static readonly IReadOnlyList<(string Table, string Column)> FingerprintColumns = [("error_group", "fingerprint"), ("failure", "fingerprint")];

    // One pass over the jobs of a source.
    private static readonly string Used =
        $"""
        with had as materialized (select distinct worker, queue, step, fingerprint from job_lineage.job where source_id = $1)
        select true, worker from had union select true, queue from had union select true, step from had union select false, fingerprint from had
        union select true, unnest(queues) from job_lineage.stage where source_id = $1
        union select false, (e->>'fingerprint')::integer from job_lineage.past_run p, jsonb_array_elements(p.errors) e where p.source_id = $1
        {string.Concat(LabelColumns.Select(place => Column("true", place)))}
        {string.Concat(FingerprintColumns.Select(place => Column("false", place)))}
        """;

    /// <summary>Gives them up where it is time.</summary>
    /// <param name="cancellation">Stops; what is left goes another time.</param>
    /// <returns>How many numbers were given up; null where it was not time.</returns>
    public async Task<int?> GiveUpAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        if (await BeginAsync(connection, cancellation) is not { } since)
            return null;
        var unused = await FindAsync(connection, since, cancellation);
        var sum = 0;
        foreach (var (table, ids) in unused)
        {
            foreach (var some in ids.Chunk(Batch))
                sum += await GiveUpAsync(connection, table, some, since, cancellation);
        }

        return sum;
    }

    /// <summary>Makes all ingesters ask anew, where it is time; of several replicas at one.</summary>
    private async Task<DateTimeOffset?> BeginAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var look = new NpgsqlCommand(
            """
            select max(numbers_at) < now() - $1 and (
                (select count(*) > $2 from (select from job_lineage.label limit $2 + 1) l)
                or (select count(*) > $2 from (select from job_lineage.fingerprint limit $2 + 1) f))
            from job_lineage.source
            """, connection, transaction).With(every, (long)many);
        if (await look.ExecuteScalarAsync(cancellation) is not true)
            return null;
        await LockAsync(connection, cancellation);
        if (await look.ExecuteScalarAsync(cancellation) is not true)
            return null;
        await AskAnewAsync(connection, cancellation);
        await using var empty = new NpgsqlCommand("delete from job_lineage.run_count where runs = 0", connection, transaction);
        await empty.ExecuteNonQueryAsync(cancellation);
        await using var now = new NpgsqlCommand("select min(numbers_at) - " + StoredNumbers.Lately + " from job_lineage.source", connection, transaction);
        var since = new DateTimeOffset((DateTime)(await now.ExecuteScalarAsync(cancellation))!);
        await transaction.CommitAsync(cancellation);
        return since;
    }

    /// <summary>Those that stand in no row of any source, by their tables.</summary>
    private static async Task<IReadOnlyList<(string Table, List<int> Ids)>> FindAsync(NpgsqlConnection connection, DateTimeOffset since, CancellationToken cancellation)
    {
        var (labels, fingerprints) = (new HashSet<int>(), new HashSet<int>());
        foreach (var source in await SourcesAsync(connection, cancellation))
        {
            await using var find = new NpgsqlCommand(Used, connection) { CommandTimeout = 3_600 }.With(source);
            await using var reader = await find.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                if (!reader.IsDBNull(1))
                    (reader.GetBoolean(0) ? labels : fingerprints).Add(reader.GetInt32(1));
            }
        }

        return
        [
            (LabelTable, await OldAsync(connection, LabelTable, "text <> '' and", labels, since, cancellation)),
            (FingerprintTable, await OldAsync(connection, FingerprintTable, "", fingerprints, since, cancellation)),
        ];
    }

    private static async Task<List<short>> SourcesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var ids = new List<short>();
        await using var command = new NpgsqlCommand("select id from job_lineage.source order by id", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            ids.Add(reader.GetInt16(0));
        return ids;
    }

    private static async Task<List<int>> OldAsync(
        NpgsqlConnection connection, string table, string also, HashSet<int> used, DateTimeOffset since, CancellationToken cancellation)
    {
        var ids = new List<int>();
        await using var command = new NpgsqlCommand($"select id from {table} where {also} used_at < $1", connection) { CommandTimeout = 600 }.With(since);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (reader.GetInt32(0) is var id && !used.Contains(id))
                ids.Add(id);
        }

        return ids;
    }

    private static async Task<int> GiveUpAsync(NpgsqlConnection connection, string table, int[] ids, DateTimeOffset since, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await LockAsync(connection, cancellation);
        // Whoever mutes a worker needs no source's row for it.
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add("lock table job_lineage.mute in share mode");
        batch.Add(
            $"delete from {table} n where n.id = any($1) and n.used_at < $2{(table == LabelTable ? " and n.id not in (select worker from job_lineage.mute)" : "")}",
            Parameters.Ints(ids), since);
        var sum = await batch.ExecuteNonQueryAsync(cancellation);
        await AskAnewAsync(connection, cancellation);
        await transaction.CommitAsync(cancellation);
        return Math.Max(sum, 0);
    }

    /// <summary>No ingester is in mid-batch from here to the end of the transaction.</summary>
    private static async Task LockAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select from job_lineage.source order by id for update", connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task AskAnewAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        // Later than any before: a batch compares for equality.
        await using var command = new NpgsqlCommand(
            "update job_lineage.source set numbers_at = greatest(clock_timestamp(), (select max(numbers_at) from job_lineage.source) + interval '1 microsecond')", connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static string Column(string isLabel, (string Table, string Column) place) =>
        $"\nunion select {isLabel}, t.{place.Column} from job_lineage.{place.Table} t where t.source_id = $1";
}
