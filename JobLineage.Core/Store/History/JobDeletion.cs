using Npgsql;

namespace JobLineage.Core.Store.History;

/// <summary>Deletes jobs, with what lies beside them.</summary>
internal static class JobDeletion
{
    /// <summary>Deletes rows of these stages, those that are counted first: each kind has an index of its own.</summary>
    /// <param name="connection">To the store.</param>
    /// <param name="sourceId">The source's number.</param>
    /// <param name="stages">The numbers of the stages.</param>
    /// <param name="most">How many rows of jobs at most.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>How many jobs; fewer than <paramref name="most"/> when none are left.</returns>
    public static async Task<int> OfStagesAsync(NpgsqlConnection connection, short sourceId, IReadOnlyList<long> stages, int most, CancellationToken cancellation)
    {
        var deleted = 0;
        foreach (var kind in (string[])[JobIs.Counted(), JobIs.Uncounted()])
        {
            await using var command = new NpgsqlCommand(
                $"""
                with gone as (
                    delete from job_lineage.job where source_id = $1 and ctid = any(array(
                        select j.ctid from job_lineage.job j
                        where j.source_id = $1 and j.stage_id = any($2) and j.stage_id is not null and {kind}
                        limit $3))
                    returning id),
                beside as (delete from job_lineage.payload p using gone where p.source_id = $1 and p.id = gone.id)
                select count(*) from gone
                """, connection)
            { CommandTimeout = 120 }.With(sourceId, Parameters.Longs(stages), most - deleted);
            deleted += (int)(long)(await command.ExecuteScalarAsync(cancellation))!;
        }

        return deleted;
    }
}
