using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Reads what engines said of themselves, while it is fresh: what a leader that is gone wrote long ago is no evidence of now.</summary>
internal static class EvidenceReader
{
    /// <summary>What was read of late, in <c>job_lineage.engine</c>; with its alias and a point before it.</summary>
    public const string Fresh = "read_at > now() - interval '1 minute'";

    /// <summary>Adds the three statements; $1 of each is an array of sources.</summary>
    public static void Ask(NpgsqlBatch batch, short[] sources)
    {
        batch.Add($"select source_id, queues_by, nodes_by from job_lineage.engine where source_id = any($1) and {Fresh}", Parameters.Shorts(sources));
        batch.Add(
            $"select q.source_id, q.queue, q.is_paused, q.paused_at, q.said_by, q.held from job_lineage.engine_queue q join job_lineage.engine e using (source_id) where q.source_id = any($1) and e.{Fresh}",
            Parameters.Shorts(sources));
        batch.Add(
            $"select n.source_id, n.node, n.queue, n.started_at, n.seen_at, n.is_alive from job_lineage.engine_node n join job_lineage.engine e using (source_id) where n.source_id = any($1) and e.{Fresh}",
            Parameters.Shorts(sources));
    }

    /// <summary>Reads their answers; the cursor stands before the first one's result.</summary>
    public static async Task<IReadOnlyDictionary<short, EngineEvidence>> ReadAsync(RowCursor row, CancellationToken cancellation)
    {
        var found = new Dictionary<short, EngineEvidence>();
        await row.NextResultAsync(cancellation);
        while (await row.NextAsync(cancellation))
            found[row.Short()] = new(row.TextOrNull(), [], row.TextOrNull(), []);
        var queues = new List<(short Source, EngineQueue Queue)>();
        await row.NextResultAsync(cancellation);
        while (await row.NextAsync(cancellation))
            queues.Add((row.Short(), new(row.Text(), row.BoolOrNull(), row.Time(), row.Text(), row.TextOrNull())));
        var nodes = new List<(short Source, EngineNode Node)>();
        await row.NextResultAsync(cancellation);
        while (await row.NextAsync(cancellation))
            nodes.Add((row.Short(), new(row.Text(), row.Text() is { Length: > 0 } queue ? queue : null, row.Time(), row.Time(), row.Bool())));
        return found.ToDictionary(
            e => e.Key,
            e => new EngineEvidence(
                e.Value.QueuesBy, [.. queues.Where(q => q.Source == e.Key).Select(q => q.Queue)], e.Value.NodesBy, [.. nodes.Where(n => n.Source == e.Key).Select(n => n.Node)]));
    }
}
