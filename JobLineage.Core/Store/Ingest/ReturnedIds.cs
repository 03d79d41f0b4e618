using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Ingest;

/// <summary>
/// Makes room for jobs whose ids were another job's: the earlier job gets the key <c>id~time</c> in every place that names it. No
/// place in any run changes by that; what else is to be done (the earlier job has left its source, children may belong to
/// the new one) the batch does as it does with all jobs.
/// </summary>
/// <param name="connection">With the batch's transaction.</param>
/// <param name="sourceId">The source's number.</param>
/// <param name="loader">Reads for the same batch.</param>
internal sealed class ReturnedIds(NpgsqlConnection connection, short sourceId, BatchLoader loader)
{
    /// <summary>Gives other keys to the stored jobs whose ids these jobs have.</summary>
    /// <param name="nodes">By key, as stored; changed accordingly.</param>
    /// <param name="jobs">The jobs of the batch by key.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>The keys of the ids that came back, and those of the jobs that had them before.</returns>
    public async Task<IReadOnlyList<(string Key, string Earlier)>> SetAsideAsync(
        Dictionary<string, Node> nodes, IReadOnlyDictionary<string, Job> jobs, CancellationToken cancellation)
    {
        var returned = jobs.Where(j => nodes.TryGetValue(j.Key, out var node) && IsAnother(node, j.Value)).Select(j => j.Key).ToList();
        if (returned.Count == 0)
            return [];
        var versions = await loader.EarlierAsync(returned, cancellation);
        var taken = versions.All.Select(v => v.Key).ToHashSet(StringComparer.Ordinal);
        var aside = new List<(string Key, string Earlier)>(returned.Count);
        var back = new List<(string From, string To)>();
        foreach (var key in returned)
        {
            var before = nodes[key].Old.InsertedAt!.Value;
            var earlier = JobKeys.Earlier(key, before);
            // A corrected mapping may have given the newest job the time of an earlier one.
            for (var tick = 1; taken.Contains(earlier); tick++)
                earlier = JobKeys.Earlier(key, before.AddMicroseconds(before.Year < 5000 ? tick : -tick));
            aside.Add((key, earlier));
            // A restored dump brings the very job that was set aside.
            if (versions.Of(key).FirstOrDefault(v => v.InsertedAt is { } at && JobKeys.IsSameTime(at, jobs[key].InsertedAt!.Value)).Key is { } same)
                back.Add((same, key));
        }

        await loader.ClearAsync(aside.Select(a => a.Earlier), cancellation);
        await RenameAsync(aside, areEarlier: true, cancellation);
        await RenameAsync(back, areEarlier: false, cancellation);
        // All anew: some of the others may be children of these, and name them by another key now.
        var known = nodes.Keys.Concat(aside.Select(a => a.Earlier)).ToList();
        nodes.Clear();
        await loader.JobsAsync(nodes, known, cancellation);
        await CountAsync(aside.Count, cancellation);
        return aside;
    }

    /// <summary>Whether a stored job and the one that now has its id are two. Where a time is not known, the id decides.</summary>
    private static bool IsAnother(Node stored, Job job) =>
        stored.WasRead && stored.Old.InsertedAt is { } before && job.InsertedAt is { } now && !JobKeys.IsSameTime(before, now);

    private async Task RenameAsync(List<(string From, string To)> keys, bool areEarlier, CancellationToken cancellation)
    {
        if (keys.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection) { Timeout = 600 };
        var from = keys.Select(k => k.From).ToList();
        var to = keys.Select(k => k.To).ToList();
        // Before the jobs themselves, whose times say which failures are theirs, and whose stages are looked for by their keys.
        Add(
            """
            update job_lineage.failure f set job_id = m.later
            from unnest($2, $3) m (before, later)
            join job_lineage.job j on j.source_id = $1 and j.id = m.before
            where f.source_id = $1 and f.job_id = m.before and (f.inserted_at is null or f.inserted_at = j.inserted_at)
            """);
        Add(
            """
            update job_lineage.stage s set first_id = m.later
            from unnest($2, $3) m (before, later)
            join job_lineage.job j on j.source_id = $1 and j.id = m.before
            where s.source_id = $1 and s.id = j.stage_id and s.first_id = m.before
            """);
        Add(
            """
            update job_lineage.run r set root_id = m.later
            from unnest($2, $3) m (before, later)
            where r.source_id = $1 and r.root_id = m.before
            """);
        Add(
            """
            update job_lineage.job j set parent_id = m.later
            from unnest($2, $3) m (before, later)
            where j.source_id = $1 and j.parent_id = m.before
            """);
        // Few jobs have further parents, and an index holds those alone.
        Add(
            $"""
            update job_lineage.job j set parents = r.parents
            from (
                select n.id, jsonb_agg(coalesce(m.later, u.parent) order by u.nth)::text as parents
                from job_lineage.job n cross join lateral jsonb_array_elements_text({StoredParents.Json("n")}) with ordinality u (parent, nth)
                left join unnest($2, $3) m (before, later) on m.before = u.parent
                where n.source_id = $1 and n.parents is not null
                group by n.id
                having bool_or(m.later is not null)) r
            where j.source_id = $1 and j.id = r.id
            """);
        Add(
            """
            update job_lineage.payload p set id = m.later
            from unnest($2, $3) m (before, later)
            where p.source_id = $1 and p.id = m.before
            """);
        Add(
            $"""
            update job_lineage.job j set id = m.later, earlier_of = {(areEarlier ? "m.before" : "null")}
            from unnest($2, $3) m (before, later)
            where j.source_id = $1 and j.id = m.before
            """);
        await batch.ExecuteNonQueryAsync(cancellation);

        void Add(string sql) => batch.Add(sql, sourceId, Parameters.Texts(from), Parameters.Texts(to));
    }

    private async Task CountAsync(int returned, CancellationToken cancellation)
    {
        await using var count = new NpgsqlCommand(
            "update job_lineage.source set returned_at = now(), returned = returned + $2 where id = $1", connection).With(sourceId, returned);
        await count.ExecuteNonQueryAsync(cancellation);
    }
}
