using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Reads all pipelines with their newest runs, of which those that go on are looked at as on their own pages.</summary>
/// <param name="connection">In the caller's snapshot.</param>
/// <param name="examiner">Looks at runs.</param>
/// <param name="recent">The last runs.</param>
/// <param name="now">The moment of the reading.</param>
internal sealed class PipelinesReader(NpgsqlConnection connection, RunExaminer examiner, RecentRuns recent, DateTimeOffset now)
{
    private const int Most = 200;

    public async Task<PipelinesView> ReadAsync(CancellationToken cancellation)
    {
        var heads = await RunHeads.ReadAsync(connection, false, cancellation);
        var pipelines = heads.Pipelines.Where(p => p.Runs > 0).Take(Most).ToList();
        if (pipelines.Count == 0)
            return new(now, [], 0);
        var newest = await NewestAsync(pipelines, cancellation);
        var seen = await examiner.ExamineAsync(connection, [.. newest.Values.Where(run => run.Counts.Unfinished > 0).Select(run => run.Place)], heads, now, cancellation);
        var trends = await recent.OfAsync(pipelines.Select(p => (p.SourceId, p.WorkerId)), connection, cancellation);
        return new(now, [.. pipelines.Select(Line)], heads.Pipelines.Count(p => p.Runs > 0));

        PipelineLine Line(StoredPipeline pipeline)
        {
            var line = new PipelineLine(pipeline.Source, pipeline.Worker, pipeline.Runs) { Trend = trends.GetValueOrDefault((pipeline.SourceId, pipeline.WorkerId)) };
            if (newest.GetValueOrDefault((pipeline.SourceId, pipeline.WorkerId)) is not { } run)
                return line;
            var looked = seen.GetValueOrDefault(run.Place.Id);
            return line with
            {
                NewestId = run.RootId,
                NewestStartedAt = run.StartedAt,
                NewestState = looked?.State ?? (run.Counts.Discarded > 0 ? RunState.Failed : RunState.Finished),
                Reason = looked?.Reason,
            };
        }
    }

    private async Task<Dictionary<(short Source, int Worker), NewestRun>> NewestAsync(IReadOnlyList<StoredPipeline> pipelines, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select p.source_id, p.worker, r.id, r.version, r.root_id, r.started_at, {StateColumns.Of("r")}
            from unnest($1, $2) p (source_id, worker) cross join lateral (
                -- What has come to rest has an index for each pipeline; what goes on is little.
                select * from (
                    (select r.* from job_lineage.run r
                     where r.source_id = p.source_id and r.worker = p.worker and {RunPlaces.Closed}
                     order by {RunPlaces.Start} desc, r.id desc limit 1)
                    union all
                    (select r.* from job_lineage.run r
                     where r.source_id = p.source_id and r.worker = p.worker and {RunPlaces.Open}
                     order by {RunPlaces.Start} desc, r.id desc limit 1)) r
                order by {RunPlaces.Start} desc, r.id desc limit 1) r
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds }.With(Parameters.Shorts(pipelines.Select(p => p.SourceId)), Parameters.Ints(pipelines.Select(p => p.WorkerId)));
        var newest = new Dictionary<(short, int), NewestRun>();
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
        {
            var key = (Source: row.Short(), Worker: row.Int());
            var place = new RunPlace(row.Long(), 0, row.Long(), key.Source);
            newest[key] = new(place, row.Text(), row.Time(), row.Counts());
        }

        return newest;
    }

    private sealed record NewestRun(RunPlace Place, string RootId, DateTimeOffset? StartedAt, StateCounts Counts);
}
