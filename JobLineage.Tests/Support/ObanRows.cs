using Dapper;

namespace JobLineage.Tests.Support;

/// <summary>Rows for an Oban table.</summary>
public static class ObanRows
{
    /// <summary>Inserts jobs: id, parent as JSON text (null for none), worker, state.</summary>
    public static async Task InsertAsync(TestDatabase database, (long Id, string? Parent, string Worker, string State)[] rows)
    {
        await using var connection = await database.OpenAsync();
        await connection.ExecuteAsync(
            """
            insert into oban_jobs (id, worker, state, meta)
            select id, worker, state::oban_job_state, case when parent is null then '{}' else jsonb_build_object('parent_job_id', parent::jsonb) end
            from unnest(@ids, @parents, @workers, @states) as t (id, parent, worker, state)
            """,
            new
            {
                ids = rows.Select(r => r.Id).ToArray(),
                parents = rows.Select(r => r.Parent).ToArray(),
                workers = rows.Select(r => r.Worker).ToArray(),
                states = rows.Select(r => r.State).ToArray(),
            });
    }
}
