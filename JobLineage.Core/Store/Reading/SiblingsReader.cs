using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Reads the siblings of a job, in the caller's snapshot.</summary>
internal static class SiblingsReader
{
    /// <summary>The siblings; null where there is nothing that makes any: no parent, or one that is not followed.</summary>
    public static async Task<JobSiblings?> ReadAsync(
        NpgsqlConnection connection, short sourceId, Job job, long? stageId, CancellationToken cancellation)
    {
        var byKey = job.RunKey is not null && stageId is not null;
        if (job.IsMissing || (!byKey && (job.ParentId is null || job.IsCycleCut)))
            return null;
        var which = byKey
            ? "j.run_key = $2 and j.stage_id = $4"
            : $"j.parent_id = $2 and {JobIs.Linked()}";
        await using var command = new NpgsqlCommand(
            $"""
            with s as materialized (
                select j.id, j.state from job_lineage.job j
                where j.source_id = $1 and {which} and {JobIs.Counted()}
                limit {JobSiblings.Most + 1})
            select s.state, count(*), null::text, null::text from s group by s.state
            union all
            select null::smallint, null::bigint,
                (select id from s where (length(id), id) < (length($3), $3) order by length(id) desc, id desc limit 1),
                (select id from s where (length(id), id) > (length($3), $3) order by length(id), id limit 1)
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds }.With(sourceId, byKey ? job.RunKey! : job.ParentId!, job.Id);
        if (byKey)
            command.With(stageId!.Value);
        var counts = default(StateCounts);
        string? previous = null, next = null;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (reader.IsDBNull(0))
                (previous, next) = (reader.TextAt(2), reader.TextAt(3));
            else
                counts = counts.Add((JobState)reader.GetInt16(0), reader.GetInt64(1));
        }

        var isTruncated = counts.Total > JobSiblings.Most;
        return new(counts, isTruncated, isTruncated ? null : previous, isTruncated ? null : next);
    }
}
