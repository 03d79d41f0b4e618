using System.Globalization;
using Npgsql;

namespace JobLineage.Core.Store.History;

/// <summary>
/// Removes all rows of a source that is in nobody's sight any more, in transactions of some tens of milliseconds. It walks along an index:
/// whoever looks for any rows of the source, again and again, passes all those that he has deleted before.
/// </summary>
/// <param name="connection">To the store; no transaction is open.</param>
/// <param name="id">The source's number.</param>
internal sealed class ForgottenSource(NpgsqlConnection connection, short id)
{
    /// <summary>Rows of a transaction.</summary>
    private const int Batch = 5_000;

    /// <summary>What hangs on runs goes with so many of them at a time.</summary>
    private const int RunBatch = 200;

    /// <summary>Tables with many rows of a source, each with the column that an index has next to the source's number.</summary>
    private static readonly (string Table, string Key)[] Large = [("job", "id"), ("payload", "id"), ("failure", "job_id"), ("past_run", "root_id"), ("put_aside", "job_id")];

    /// <summary>Tables with few rows of a source.</summary>
    private static readonly string[] Small = ["single", "queue", "node", "mute", "leftover", "engine", "engine_queue", "engine_node"];

    private long sum;

    /// <summary>Removes them, the source's own row last.</summary>
    /// <param name="removed">Told how many rows are gone by now; null when nobody wants to know.</param>
    /// <param name="cancellation">Stops; what is left goes another time.</param>
    /// <returns>How many.</returns>
    public async Task<long> RemoveAsync(Action<long>? removed, CancellationToken cancellation)
    {
        foreach (var (table, key) in Large)
            await WalkAsync(table, key, Batch, stretch => $"delete from job_lineage.{table} where source_id = $1{stretch}", removed, cancellation);
        foreach (var table in Small)
            Count(await ExecuteAsync($"delete from job_lineage.{table} where source_id = $1", null, null, cancellation), removed);
        await WalkAsync(
            "run", "root_id", RunBatch,
            stretch => $"""
                with gone as (select id from job_lineage.run where source_id = $1{stretch}),
                stages as (delete from job_lineage.stage s using gone where s.source_id = $1 and s.run_id = gone.id returning s.id),
                edges as (delete from job_lineage.stage_edge e using stages where e.source_id = $1 and e.from_stage = stages.id),
                errors as (delete from job_lineage.error_group g using stages where g.source_id = $1 and g.stage_id = stages.id)
                delete from job_lineage.run r using gone where r.source_id = $1 and r.id = gone.id
                """,
            removed, cancellation);
        // After the runs: a trigger counts them.
        await ExecuteAsync("delete from job_lineage.run_count where source_id = $1", null, null, cancellation);
        await ExecuteAsync("delete from job_lineage.source where id = $1", null, null, cancellation);
        return sum;
    }

    private async Task WalkAsync(string table, string key, int batch, Func<string, string> delete, Action<long>? removed, CancellationToken cancellation)
    {
        string? after = null;
        while (true)
        {
            var end = await EndAsync(table, key, batch, after, cancellation);
            // Without an end: all that is left.
            var stretch = $"{(after is null ? "" : $" and {key} > $2")}{(end is null ? "" : $" and {key} <= {(after is null ? "$2" : "$3")}")}";
            Count(await ExecuteAsync(delete(stretch), after, end, cancellation), removed);
            if (end is null)
                return;
            after = end;
        }
    }

    /// <summary>The key of the last row of the next stretch; null when it is the last stretch.</summary>
    private async Task<string?> EndAsync(string table, string key, int batch, string? after, CancellationToken cancellation)
    {
        await using var command = Command(
            string.Create(CultureInfo.InvariantCulture, $"select {key} from job_lineage.{table} where source_id = $1{(after is null ? "" : $" and {key} > $2")} order by {key} offset {batch - 1} limit 1"),
            after, null);
        return await command.ExecuteScalarAsync(cancellation) as string;
    }

    private async Task<int> ExecuteAsync(string sql, string? after, string? end, CancellationToken cancellation)
    {
        await using var command = Command(sql, after, end);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private NpgsqlCommand Command(string sql, string? after, string? end)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 }.With(id);
        foreach (var text in new[] { after, end }.OfType<string>())
            command.With(text);
        return command;
    }

    private void Count(int rows, Action<long>? removed)
    {
        sum += rows;
        removed?.Invoke(sum);
    }
}
