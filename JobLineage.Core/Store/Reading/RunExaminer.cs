using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Says what runs on a list are doing, as their own pages would.</summary>
internal sealed class RunExaminer(DiagnosisOptions diagnosis, PastRuns past, ExaminedRuns examined)
{
    /// <summary>State and findings of these runs by their number in the store; those that are gone are left out.</summary>
    /// <param name="connection">In the caller's snapshot.</param>
    /// <param name="places">Which, with their versions.</param>
    /// <param name="heads">The pipelines, which say how far their sources are known.</param>
    /// <param name="now">The moment of the reading.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<Dictionary<long, (RunState State, FindingCounts Findings)>> ExamineAsync(
        NpgsqlConnection connection, IReadOnlyList<RunPlace> places, RunHeads heads, DateTimeOffset now, CancellationToken cancellation)
    {
        if (places.Count == 0)
            return [];
        var runs = await examined.OfAsync([.. places.Select(p => (p.Id, p.Version))], ids => ReadWholeAsync(connection, places, ids, now, cancellation));
        var around = await Surroundings.ReadAsync(connection, runs.Values, now, cancellation);
        var sources = heads.Pipelines.DistinctBy(p => p.SourceId).ToDictionary(p => p.SourceId);
        var seen = new Dictionary<long, (RunState, FindingCounts)>();
        foreach (var place in places)
        {
            if (!runs.TryGetValue(place.Id, out var run))
                continue;
            // How far the source is known changes while the run does not.
            var source = sources[place.SourceId];
            run = run with { Run = run.Run with { AsOf = source.AsOf ?? now }, Facts = around.Around(run) with { IsSourceRead = source.IsSourceRead } };
            var (state, findings) = RunDiagnosis.Examine(run.Run, await FactsAsync(connection, run, now, cancellation), diagnosis, now);
            seen[place.Id] = (state, FindingCounts.Of(findings));
        }

        return seen;
    }

    private static async Task<Dictionary<long, AssembledRun>> ReadWholeAsync(
        NpgsqlConnection connection, IReadOnlyList<RunPlace> places, long[] ids, DateTimeOffset now, CancellationToken cancellation)
    {
        var runs = new RunAssembler(now, details: false);
        await using var batch = GenericPlan.Of(
            connection,
            $"""
            select {SnapshotSql.Stage}, {SnapshotSql.Run}
            from job_lineage.run r
            join job_lineage.source src on src.id = r.source_id
            {SnapshotSql.Joins}
            where r.source_id = any($2) and r.id = any($1)
            """,
            Parameters.Longs(ids), RunPlace.Sources(places));
        await using var row = new RowCursor(await batch.ExecuteReaderAsync(cancellation));
        await row.NextResultAsync(cancellation);
        while (await row.NextAsync(cancellation))
            runs.Add(row);
        return runs.Build();
    }

    /// <summary>A run's state hangs on what is usual only where an attempt takes longer than a start may.</summary>
    private async Task<RunFacts> FactsAsync(NpgsqlConnection connection, AssembledRun run, DateTimeOffset now, CancellationToken cancellation) =>
        run.Run.Stages.Any(s => s.OldestExecutingAt <= now - diagnosis.StuckAfterFor(run.Run.Source, s.Worker))
            ? run.Facts with { Past = await past.OfAsync(run.SourceId, run.WorkerId, connection, cancellation) }
            : run.Facts;
}
