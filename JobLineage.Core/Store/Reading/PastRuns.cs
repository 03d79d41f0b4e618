using System.Collections.Concurrent;
using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// The past runs of pipelines, from which is learned what is usual. It changes slowly: each pipeline is read once in a
/// while, whoever asks.
/// </summary>
internal sealed class PastRuns(TimeProvider time)
{
    private const int Runs = 21;
    private const int Stages = 4_000;
    private const int Pipelines = 1_000;

    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(short Source, int Worker), (long At, IReadOnlyList<PastRun> Runs)> known = [];

    /// <summary>The latest runs of a pipeline, at most so many as are worth looking at; the one that asks may be among them.</summary>
    /// <param name="source">The source's number.</param>
    /// <param name="worker">The number of the root worker's label.</param>
    /// <param name="connection">An open connection with nothing else under way.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<IReadOnlyList<PastRun>> OfAsync(short source, int worker, NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (Known(source, worker) is { } fresh)
            return fresh;
        var runs = await ReadAsync(source, worker, connection, cancellation);
        if (known.Count >= Pipelines)
            known.Clear();
        known[(source, worker)] = (time.GetTimestamp(), runs);
        return runs;
    }

    /// <summary>The same where it was read not long ago; null otherwise.</summary>
    public IReadOnlyList<PastRun>? Known(short source, int worker) =>
        known.TryGetValue((source, worker), out var found) && time.GetElapsedTime(found.At) < GoodFor ? found.Runs : null;

    private static async Task<IReadOnlyList<PastRun>> ReadAsync(short source, int worker, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select r.id, r.root_id, r.started_at, {StateColumns.Sum(JobStates.Unfinished, "r")} = 0,
                s.id, s.parent_id, w.text, st.text,
                {StateColumns.Sum(JobStates.All, "s")},
                s.completed, s.parents, s.ran, s.ran_ms
            from (
                select * from job_lineage.run
                where source_id = $1 and worker = $2
                order by id desc limit {Runs}) r
            join job_lineage.stage s on s.source_id = r.source_id and s.run_id = r.id
            join job_lineage.label w on w.id = s.worker
            left join job_lineage.label st on st.id = s.step
            order by r.id desc, s.depth, s.id
            limit {Stages}
            """, connection).With(source, worker);
        var rows = new List<Row>();
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
        {
            rows.Add(new(
                row.Long(), row.Text(), row.Time(), row.Bool(), row.Long(), row.LongOrNull(), row.Text(), row.TextOrNull(),
                row.Long(), row.Long(), row.Long(), row.Long(), row.Long()));
        }

        var runs = rows.GroupBy(r => r.Run).ToList();
        // The last one may have been cut off in the middle.
        return [.. (rows.Count < Stages ? runs : runs.Take(runs.Count - 1)).Select(Run)];
    }

    private static PastRun Run(IGrouping<long, Row> rows)
    {
        var paths = StoredPaths.Of(rows.Select(r => (r.Stage, r.Parent, r.Worker, r.Step)));
        var first = rows.First();
        return new(first.RootId, first.StartedAt, first.IsFinished, rows.ToDictionary(
            r => paths[r.Stage],
            r => new PastStage(r.Parent is { } above ? paths[above] : null, r.Total, r.Completed, r.Parents, r.Ran, TimeSpan.FromMilliseconds(r.RanMs)),
            StagePath.Comparer));
    }

    private sealed record Row(
        long Run, string RootId, DateTimeOffset? StartedAt, bool IsFinished, long Stage, long? Parent, string Worker, string? Step,
        long Total, long Completed, long Parents, long Ran, long RanMs);
}
