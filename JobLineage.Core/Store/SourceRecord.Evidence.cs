using JobLineage.Core.Model;
using JobLineage.Core.Store.Ingest;
using Npgsql;

namespace JobLineage.Core.Store;

/// <content>What the engine says of itself.</content>
public sealed partial class SourceRecord
{
    /// <summary>Keeps what the engine says now, in the place of what it said before.</summary>
    /// <param name="evidence">What it says.</param>
    /// <param name="problem">Why it could not be asked; null where it could.</param>
    /// <param name="cancellation">Stops the writing.</param>
    /// <exception cref="LeadLostException">Another leader's turn has begun.</exception>
    public async Task SayEvidenceAsync(EngineEvidence evidence, string? problem, CancellationToken cancellation)
    {
        var nodes = evidence.Nodes.GroupBy(n => (n.Node, Queue: n.Queue ?? "")).Select(n => n.OrderByDescending(x => x.IsAlive).First()).ToList();
        var queues = evidence.Queues.DistinctBy(q => q.Queue, StringComparer.Ordinal).ToList();
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var turn = new NpgsqlCommand("select from job_lineage.source where id = $1 and epoch = $2 for share", connection, transaction).With(id, epoch))
        await using (var row = await turn.ExecuteReaderAsync(cancellation))
        {
            if (!await row.ReadAsync(cancellation))
                throw new LeadLostException($"Another replica reads source '{name}' now.");
        }

        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(
            """
            insert into job_lineage.engine (source_id, version, queues_by, nodes_by, problem) values ($1, $2, $3, $4, $5)
            on conflict (source_id) do update set read_at = now(), version = excluded.version, queues_by = excluded.queues_by, nodes_by = excluded.nodes_by, problem = excluded.problem
            """, id, evidence.Version, evidence.QueuesBy, evidence.NodesBy, problem);
        batch.Add("delete from job_lineage.engine_queue where source_id = $1", id);
        batch.Add("delete from job_lineage.engine_node where source_id = $1", id);
        batch.Add(
            "insert into job_lineage.engine_queue (source_id, queue, is_paused, paused_at, said_by, held) select $1, * from unnest($2, $3, $4, $5, $6)", id,
            Parameters.Texts(queues.Select(q => q.Queue)), Parameters.Bools(queues.Select(q => q.IsPaused)), Parameters.Times(queues.Select(q => q.PausedAt)),
            Parameters.Texts(queues.Select(q => q.SaidBy)), Parameters.Texts(queues.Select(q => q.Held)));
        batch.Add(
            "insert into job_lineage.engine_node (source_id, node, queue, started_at, seen_at, is_alive) select $1, * from unnest($2, $3, $4, $5, $6)", id,
            Parameters.Texts(nodes.Select(n => n.Node)), Parameters.Texts(nodes.Select(n => n.Queue ?? "")), Parameters.Times(nodes.Select(n => n.StartedAt)),
            Parameters.Times(nodes.Select(n => n.SeenAt)), Parameters.Bools(nodes.Select(n => n.IsAlive)));
        await batch.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }
}
