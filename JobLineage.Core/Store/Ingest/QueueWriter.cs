using Npgsql;

namespace JobLineage.Core.Store.Ingest;

/// <summary>Adds what a batch says of queues and nodes to what is known of them.</summary>
internal static class QueueWriter
{
    /// <summary>Adds the statements to <paramref name="batch"/>.</summary>
    public static void Add(NpgsqlBatch batch, short sourceId, QueueDeltas deltas)
    {
        var queues = deltas.Queues.Where(q => !q.Value.IsNothing).ToList();
        if (queues.Count > 0)
        {
            // The clock of a worker may be ahead of ours: what is to come has not happened yet. Both sums are brought to
            // the later moment; what is almost nothing becomes nothing, for Postgres takes an underflow for an error.
            batch.Add(
                $"""
                insert into job_lineage.queue as q
                    (source_id, queue, available, executing, last_attempted_at, last_finished_at, starts, starts_at)
                select $1, queue, available, executing, {NotToCome("attempted")}, {NotToCome("finished")}, starts, {NotToCome("starts_at")}
                from unnest($2, $3, $4, $5, $6, $7, $8) d (queue, available, executing, attempted, finished, starts, starts_at)
                on conflict (source_id, queue) do update
                set available = q.available + excluded.available, executing = q.executing + excluded.executing,
                    last_attempted_at = greatest(q.last_attempted_at, excluded.last_attempted_at),
                    last_finished_at = greatest(q.last_finished_at, excluded.last_finished_at),
                    starts = {AsOfLater("q")} + {AsOfLater("excluded")},
                    starts_at = greatest(q.starts_at, excluded.starts_at)
                """,
                sourceId,
                Parameters.Ints(queues.Select(q => q.Key)),
                Parameters.Longs(queues.Select(q => q.Value.Available)),
                Parameters.Longs(queues.Select(q => q.Value.Executing)),
                Parameters.Times(queues.Select(q => q.Value.LastAttemptedAt)),
                Parameters.Times(queues.Select(q => q.Value.LastFinishedAt)),
                Parameters.Doubles(queues.Select(q => q.Value.Starts)),
                Parameters.Times(queues.Select(q => q.Value.StartsAt)));
        }

        if (deltas.Nodes.Count > 0)
        {
            batch.Add(
                """
                insert into job_lineage.node as n (source_id, name, last_seen_at)
                select $1, name, least(at, now()) from unnest($2, $3) d (name, at)
                on conflict (source_id, name) do update set last_seen_at = excluded.last_seen_at
                where n.last_seen_at < excluded.last_seen_at
                """,
                sourceId,
                Parameters.Texts(deltas.Nodes.Keys), Parameters.Times(deltas.Nodes.Values.Select(t => (DateTimeOffset?)t)));
        }
    }

    /// <summary>Not least(): of nothing and now it would make now.</summary>
    private static string NotToCome(string time) => $"case when {time} > now() then now() else {time} end";

    private static string AsOfLater(string row) =>
        $"""
        case when {row}.starts_at is null or {row}.starts < 1e-6 then 0
            else {row}.starts * exp(-least(extract(epoch from greatest(q.starts_at, excluded.starts_at) - {row}.starts_at)::double precision / {QueueDeltas.Memory.TotalSeconds}, 50)) end
        """;
}
