using Npgsql;

namespace JobLineage.Core.Store.Ingest;

/// <summary>Jobs of a batch that change their run, by where from and where to: either run says so.</summary>
internal static class MoveDeltas
{
    /// <summary>Other runs that one names; whatever comes later is in none of them.</summary>
    private const int Most = 50;

    /// <summary>Adds the statement where any job moves.</summary>
    public static void Add(NpgsqlBatch batch, short sourceId, IReadOnlyCollection<Node> nodes, IReadOnlyCollection<RunNode> runs)
    {
        var moves = Of(nodes, runs);
        if (moves.Count == 0)
            return;
        batch.Add(
            $"""
            update job_lineage.run r
            set moves = coalesce(r.moves, jsonb_build_object()) || (
                select jsonb_object_agg(d.name, jsonb_build_object('jobs', d.jobs + coalesce((r.moves->d.name->>'jobs')::bigint, 0), 'at', now()))
                from unnest($2, $3, $4) d (run, name, jobs) where d.run = r.id)
            where r.source_id = $1 and r.id = any($2) and (r.moves is null or (select count(*) from jsonb_object_keys(r.moves)) < {Most})
            """,
            sourceId, Parameters.Longs(moves.Select(m => m.Run)), Parameters.Texts(moves.Select(m => m.Name)), Parameters.Longs(moves.Select(m => m.Jobs)));
    }

    private static List<(long Run, string Name, long Jobs)> Of(IReadOnlyCollection<Node> nodes, IReadOnlyCollection<RunNode> runs)
    {
        var moved = nodes
            .Where(n => n is { Exists: true, IsDropped: false } && n.Old.RunId is not null && n.New.RunId is not null && n.Old.RunId != n.New.RunId)
            .GroupBy(n => (From: n.Old.RunId!.Value, To: n.New.RunId!.Value)).ToList();
        var found = new List<(long, string, long)>();
        if (moved.Count == 0)
            return found;
        var byId = runs.ToDictionary(r => r.Id);
        foreach (var group in moved)
        {
            if (!byId.TryGetValue(group.Key.From, out var from) || !byId.TryGetValue(group.Key.To, out var to))
                continue;
            // With its root a run has merged into the other, and is none any more.
            if (group.Any(n => n.Id == from.RootId))
                continue;
            found.Add((from.Id, ">" + to.RootId, group.LongCount()));
            found.Add((to.Id, "<" + from.RootId, group.LongCount()));
        }

        return found;
    }
}
