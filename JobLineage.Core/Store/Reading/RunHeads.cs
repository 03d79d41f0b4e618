using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>What every list of runs begins with: which pipelines there are, and how many runs each has.</summary>
/// <param name="Pipelines">All pipelines, those with the most runs first.</param>
/// <param name="Singles">One line per worker that has singles; empty when they were not asked for.</param>
internal sealed record RunHeads(IReadOnlyList<StoredPipeline> Pipelines, IReadOnlyList<SinglesSummary> Singles)
{
    /// <summary>Reads them, in the caller's snapshot and in one round trip.</summary>
    public static async Task<RunHeads> ReadAsync(NpgsqlConnection connection, bool withSingles, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            """
            select c.source_id, c.worker, src.name, w.text, c.runs, src.as_of, src.backfilled
            from job_lineage.run_count c
            join job_lineage.source src on src.id = c.source_id and src.forgotten_at is null
            join job_lineage.label w on w.id = c.worker
            where c.runs > 0
            order by c.runs desc, src.name, w.text
            """);
        if (withSingles)
        {
            batch.Add(
                $"""
                select src.name, w.text, {StateColumns.Of("r")}
                from job_lineage.single r
                join job_lineage.source src on src.id = r.source_id and src.forgotten_at is null
                join job_lineage.label w on w.id = r.worker
                where ({StateColumns.Sum(JobStates.All, "r")}) > 0
                order by src.name, w.text
                """);
        }

        var pipelines = new List<StoredPipeline>();
        var singles = new List<SinglesSummary>();
        await using var row = new RowCursor(await batch.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
            pipelines.Add(new(row.Short(), row.Int(), row.Text(), row.Text(), row.Long(), row.Time(), row.Bool()));
        if (withSingles && await row.NextResultAsync(cancellation))
        {
            while (await row.NextAsync(cancellation))
                singles.Add(new(row.Text(), row.Text(), row.Counts()));
        }

        return new(pipelines, singles);
    }

    /// <summary>Those that a query is about.</summary>
    public RunHeads Of(RunsQuery query) => new(
        [.. Pipelines.Where(p => IsMeant(query, p.Source, p.Worker))], [.. Singles.Where(s => IsMeant(query, s.Source, s.Worker))]);

    // The full name, or the last segment of one.
    private static bool IsMeant(RunsQuery query, string source, string worker) =>
        (query.Source is null || query.Source == source)
        && (query.Worker is not { Length: > 0 } name || worker == name
            || worker.EndsWith("." + name, StringComparison.Ordinal) || worker.EndsWith("/" + name, StringComparison.Ordinal));
}

/// <summary>A pipeline as the store counts it.</summary>
/// <param name="SourceId">The source's number.</param>
/// <param name="WorkerId">The number of the root worker's label.</param>
/// <param name="Source">The source's name.</param>
/// <param name="Worker">The full worker name.</param>
/// <param name="Runs">How many runs it has.</param>
/// <param name="AsOf">Up to when its source is known; null when it was never read to the end.</param>
/// <param name="IsSourceRead">Whether its source was ever read to the end.</param>
internal sealed record StoredPipeline(
    short SourceId, int WorkerId, string Source, string Worker, long Runs, DateTimeOffset? AsOf, bool IsSourceRead);
