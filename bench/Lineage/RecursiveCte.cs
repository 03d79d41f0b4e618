using Dapper;
using Npgsql;

namespace JobLineage.Bench.Lineage;

/// <summary>
/// What one writes by hand at 3 AM: a recursive CTE that joins on the parent's id as text. No index serves that join, so
/// each level reads the whole table.
/// </summary>
internal static class RecursiveCte
{
    /// <summary>The number of jobs of a stage in a state.</summary>
    public sealed record StageCount(string Path, string State, long Count);

    /// <summary>The stages of a run, counted.</summary>
    public static async Task<IReadOnlyList<StageCount>> RunAsync(
        NpgsqlDataSource database, string schema, long root, CancellationToken cancellation)
    {
        var sql =
            $"""
            with recursive job_tree as (
                select id, worker, state, split_part(worker, '.', -1) as path
                from {schema}.oban_jobs
                where id = @root
                union all
                select j.id, j.worker, j.state, t.path || '/' || split_part(j.worker, '.', -1)
                from {schema}.oban_jobs j
                join job_tree t on j.meta->>'parent_job_id' = t.id::text)
            select path, state::text as state, count(*) as count
            from job_tree
            group by path, state
            order by path, state
            """;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<StageCount>(new CommandDefinition(
            sql, new { root }, commandTimeout: 600, cancellationToken: cancellation))];
    }
}
