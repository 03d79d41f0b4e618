using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Says what runs on a list are doing, as their own pages would.</summary>
/// <param name="diagnosis">The thresholds.</param>
/// <param name="past">What is usual.</param>
/// <param name="examined">What is known already; of examiners with other details another one.</param>
/// <param name="details">Whether errors and first failures are read, by which causes are told from effects.</param>
internal sealed class RunExaminer(DiagnosisOptions diagnosis, PastRuns past, ExaminedRuns examined, bool details = false)
{
    /// <summary>State and findings of these runs by their number in the store; those that are gone are left out.</summary>
    /// <param name="connection">In the caller's snapshot.</param>
    /// <param name="places">Which, with their versions.</param>
    /// <param name="heads">The pipelines, which say how far their sources are known.</param>
    /// <param name="now">The moment of the reading.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<Dictionary<long, SeenRun>> ExamineAsync(
        NpgsqlConnection connection, IReadOnlyList<RunPlace> places, RunHeads heads, DateTimeOffset now, CancellationToken cancellation)
    {
        if (places.Count == 0)
            return [];
        var runs = await examined.OfAsync([.. places.Select(p => (p.Id, p.Version))], ids => ReadWholeAsync(connection, places, ids, now, cancellation));
        var around = await Surroundings.ReadAsync(connection, runs.Values, now, cancellation);
        var sources = heads.Pipelines.DistinctBy(p => p.SourceId).ToDictionary(p => p.SourceId);
        var seen = new Dictionary<long, SeenRun>();
        foreach (var place in places)
        {
            if (!runs.TryGetValue(place.Id, out var run))
                continue;
            // How far the source is known changes while the run does not.
            var source = sources[place.SourceId];
            run = run with { Run = run.Run with { AsOf = source.AsOf ?? now }, Facts = around.Around(run) with { IsSourceRead = source.IsSourceRead } };
            var (state, findings) = RunDiagnosis.Examine(run.Run, await FactsAsync(connection, run, now, cancellation), diagnosis, now);
            seen[place.Id] = new(run.Run, state, findings);
        }

        return seen;
    }

    private async Task<Dictionary<long, AssembledRun>> ReadWholeAsync(
        NpgsqlConnection connection, IReadOnlyList<RunPlace> places, long[] ids, DateTimeOffset now, CancellationToken cancellation)
    {
        var runs = new RunAssembler(now, details);
        await using var batch = GenericPlan.Of(
            connection,
            $"""
            select {SnapshotSql.Stage}{(details ? $", {SnapshotSql.DetailsWithoutLinks}" : "")}, {SnapshotSql.Run}
            from job_lineage.run r
            join job_lineage.source src on src.id = r.source_id
            {SnapshotSql.Joins}
            {(details ? SnapshotSql.DetailJoinsWithoutLinks : "")}
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

/// <summary>A run that was looked at.</summary>
/// <param name="Run">Its picture; its state and findings are beside it.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Findings">What was found.</param>
internal sealed record SeenRun(RunSnapshot Run, RunState State, IReadOnlyList<Finding> Findings)
{
    /// <summary>Why it is in its state, in a few words; null where nothing is wrong.</summary>
    public string? Reason => (Findings.FirstOrDefault(f => State == RunState.Stuck && f.Kind == FindingKind.Stuck) ?? Findings.FirstOrDefault())?.Headline;

    /// <summary>Whether a filter by state means it: a run that goes on can be stuck and failing, and is found by both.</summary>
    public bool Is(RunState state) => state switch
    {
        RunState.Running => Run.Counts.Unfinished > 0,
        RunState.Failing => Run.Counts is { Unfinished: > 0, Discarded: > 0 },
        _ => State == state,
    };
}
