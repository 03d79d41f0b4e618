using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store.Ingest;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// What goes on around runs, and changes without them: in the queues that their jobs wait in, and on the nodes that execute
/// them. Read for many runs at once.
/// </summary>
internal sealed class Surroundings
{
    private readonly Dictionary<(short Source, string Name), QueueFacts> queues = [];
    private readonly Dictionary<(short Source, string Name), DateTimeOffset?> nodes = [];

    private IReadOnlyDictionary<short, EngineEvidence> evidence = new Dictionary<short, EngineEvidence>();

    private Surroundings()
    {
    }

    /// <summary>Reads what surrounds these runs.</summary>
    public static async Task<Surroundings> ReadAsync(
        NpgsqlConnection connection, IReadOnlyCollection<AssembledRun> runs, DateTimeOffset now, CancellationToken cancellation)
    {
        var read = new Surroundings();
        var stages = runs.SelectMany(run => run.Facts.Stages.Values.Select(stage => (run.SourceId, Stage: stage))).ToList();
        var waitedIn = stages.Where(s => s.Stage is { ReadyQueue: not null } or { DueQueue: not null }).Select(s => s.SourceId).Distinct().ToArray();
        var runOn = stages.SelectMany(s => s.Stage.Executing.Where(a => a.Node is not null).Select(a => (s.SourceId, Node: QueueDeltas.NameOf(a.Node!)))).Distinct().ToList();
        if (waitedIn.Length == 0 && runOn.Count == 0)
            return read;
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            """
            select q.source_id, l.text, q.available, q.executing, q.last_attempted_at, q.starts, q.starts_at
            from job_lineage.queue q
            join job_lineage.label l on l.id = q.queue
            where q.source_id = any($1)
            """,
            Parameters.Shorts(waitedIn));
        batch.Add(
            "select n.source_id, n.name, n.last_seen_at from job_lineage.node n join unnest($1, $2) w (source_id, name) using (source_id, name)",
            Parameters.Shorts(runOn.Select(n => n.SourceId)),
            Parameters.Texts(runOn.Select(n => n.Node)));
        EvidenceReader.Ask(batch, waitedIn);
        await using var row = new RowCursor(await batch.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
        {
            var (source, queue) = (row.Short(), row.Queue(now)!);
            read.queues[(source, queue.Name)] = queue;
        }

        await row.NextResultAsync(cancellation);
        while (await row.NextAsync(cancellation))
            read.nodes[(row.Short(), row.Text())] = row.Time();
        read.evidence = await EvidenceReader.ReadAsync(row, cancellation);
        return read;
    }

    /// <summary>A run among what goes on now.</summary>
    public RunFacts Around(AssembledRun run) => run.Facts with
    {
        Stages = run.Facts.Stages.ToDictionary(
            stage => stage.Key,
            stage => stage.Value is { ReadyQueue: null, DueQueue: null, Executing.Count: 0 }
                ? stage.Value
                : stage.Value with
                {
                    ReadyQueue = Now(run.SourceId, stage.Value.ReadyQueue),
                    DueQueue = Now(run.SourceId, stage.Value.DueQueue),
                    Executing = [.. stage.Value.Executing.Select(attempt => Now(run.SourceId, attempt))],
                },
            StringComparer.Ordinal),
    };

    private QueueFacts? Now(short source, QueueFacts? queue) => queue is null
        ? null
        : queues.GetValueOrDefault((source, queue.Name), queue) with { Said = evidence.GetValueOrDefault(source)?.Of(queue.Name) };

    private Attempt Now(short source, Attempt attempt) => attempt.Node is { } node && nodes.TryGetValue((source, QueueDeltas.NameOf(node)), out var seen)
        ? attempt with { NodeSeenAt = seen }
        : attempt;
}
