using JobLineage.Core.Runs;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>The ids of the jobs below one, nearest first.</summary>
/// <param name="Ids">The ids.</param>
/// <param name="IsTruncated">Whether there are more than are followed.</param>
internal sealed record Descendants(IReadOnlyList<string> Ids, bool IsTruncated)
{
    /// <summary>Reads them: a step into the index job_parent for each, and no more steps than are followed.</summary>
    public static async Task<Descendants> ReadAsync(NpgsqlConnection connection, short sourceId, string jobId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            with recursive below as (
                select j.id from job_lineage.job j where j.source_id = $1 and j.parent_id = $2 and {JobIs.Linked()}
                union all
                select j.id from below b cross join lateral (
                    select j.id from job_lineage.job j where j.source_id = $1 and j.parent_id = b.id and {JobIs.Linked()} offset 0) j)
            select id from below limit {IRunViews.MostDescendants + 1}
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds }.With(sourceId, jobId);
        var ids = await command.TextsAsync(cancellation);
        var truncated = ids.Count > IRunViews.MostDescendants;
        if (truncated)
            ids.RemoveAt(ids.Count - 1);
        return new(ids, truncated);
    }
}
