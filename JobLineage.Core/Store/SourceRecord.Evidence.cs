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
        await using (var turn = new NpgsqlCommand(
            """
            insert into job_lineage.engine (source_id, queues_by, nodes_by, problem)
            select id, $3, $4, $5 from job_lineage.source where id = $1 and epoch = $2
            on conflict (source_id) do update set read_at = now(), queues_by = excluded.queues_by, nodes_by = excluded.nodes_by, problem = excluded.problem
            """, connection, transaction).With(id, epoch, evidence.QueuesBy, evidence.NodesBy, problem))
        {
            // No lock: what an earlier leader might still write is written over in a moment.
            if (await turn.ExecuteNonQueryAsync(cancellation) == 0)
                throw new LeadLostException($"Another replica reads source '{name}' now.");
        }

        await using var batch = new NpgsqlBatch(connection, transaction);
        // It is asked for again before a crash could be noticed.
        batch.BatchCommands.Add(new("set local synchronous_commit = off"));
        // Mostly it is what it was, and nothing is written.
        batch.Add("delete from job_lineage.engine_queue where source_id = $1 and queue <> all($2)", id, Parameters.Texts(queues.Select(q => q.Queue)));
        batch.Add(
            "delete from job_lineage.engine_node n where source_id = $1 and not exists (select from unnest($2, $3) u (node, queue) where (u.node, u.queue) = (n.node, n.queue))", id,
            Parameters.Texts(nodes.Select(n => n.Node)), Parameters.Texts(nodes.Select(n => n.Queue ?? "")));
        batch.Add(
            """
            insert into job_lineage.engine_queue as q (source_id, queue, is_paused, paused_at, said_by, held)
            select $1, * from unnest($2, $3, $4, $5, $6)
            on conflict (source_id, queue) do update set is_paused = excluded.is_paused, paused_at = excluded.paused_at, said_by = excluded.said_by, held = excluded.held
            where (q.is_paused, q.paused_at, q.said_by, q.held) is distinct from (excluded.is_paused, excluded.paused_at, excluded.said_by, excluded.held)
            """, id,
            Parameters.Texts(queues.Select(q => q.Queue)), Parameters.Bools(queues.Select(q => q.IsPaused)), Parameters.Times(queues.Select(q => q.PausedAt)),
            Parameters.Texts(queues.Select(q => q.SaidBy)), Parameters.Texts(queues.Select(q => q.Held)));
        batch.Add(
            """
            insert into job_lineage.engine_node as n (source_id, node, queue, started_at, seen_at, is_alive)
            select $1, * from unnest($2, $3, $4, $5, $6)
            on conflict (source_id, node, queue) do update set started_at = excluded.started_at, seen_at = excluded.seen_at, is_alive = excluded.is_alive
            where (n.started_at, n.seen_at, n.is_alive) is distinct from (excluded.started_at, excluded.seen_at, excluded.is_alive)
            """, id,
            Parameters.Texts(nodes.Select(n => n.Node)), Parameters.Texts(nodes.Select(n => n.Queue ?? "")), Parameters.Times(nodes.Select(n => n.StartedAt)),
            Parameters.Times(nodes.Select(n => n.SeenAt)), Parameters.Bools(nodes.Select(n => n.IsAlive)));
        await batch.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }
}
