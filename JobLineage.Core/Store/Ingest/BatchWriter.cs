using Npgsql;

namespace JobLineage.Core.Store.Ingest;

/// <summary>
/// Writes a batch: a fixed number of set-based statements whatever its size, all in the caller's transaction.
/// </summary>
internal sealed class BatchWriter(NpgsqlConnection connection, short sourceId, string sourceName, bool hasReturned)
{
    public async Task WriteAsync(
        IReadOnlyCollection<Node> nodes, IReadOnlyCollection<RunNode> runs, Deltas deltas, QueueDeltas queues,
        IReadOnlyList<FailureDelta> failures, IReadOnlyList<string> renamed, Action<NpgsqlBatch> more, CancellationToken cancellation)
    {
        var added = nodes.Where(n => n is { Exists: false, IsDropped: false }).ToList();
        await JobRows.AddAsync(connection, sourceId, added, cancellation);

        await using var batch = new NpgsqlBatch(connection) { Timeout = 600 };
        JobRows.Change(batch, sourceId, nodes.Where(n => n is { Exists: true, IsDropped: false, Incoming: not null }));
        Place(batch, [.. nodes.Where(n => n is { Exists: true, IsDropped: false, Incoming: null } && IsMoved(n))]);
        Link(batch, [.. nodes.Where(n => n is { IsDropped: false, Incoming: null, MovedParents: not null })]);
        Drop(batch, [.. nodes.Where(n => n is { Exists: true, IsDropped: true })]);
        NamePastRuns(batch, added);
        AddRuns(batch, [.. runs.Where(r => r.IsNew)]);
        AddStages(batch, [.. runs.SelectMany(r => r.Stages).Where(s => s.IsNew)]);
        CounterWriter.Add(batch, sourceId, deltas);
        QueueWriter.Add(batch, sourceId, queues);
        FailureDeltas.Add(batch, sourceId, failures, hasReturned);
        MoveHeads(batch, runs);
        MoveDeltas.Add(batch, sourceId, nodes, runs);
        Sweep(batch, deltas);
        more(batch);
        if (batch.BatchCommands.Count > 0)
        {
            var before = await NamesAsync(batch, cancellation);
            await RunSignal.AnnounceAsync(connection, sourceName, [.. renamed, .. before, .. before.Count == 0 ? [] : Moved(runs).Select(r => r.RootId)], cancellation);
        }
    }

    private static bool IsMoved(Node n) =>
        n.Old.ParentId != n.New.ParentId || n.Old.RunId != n.New.RunId || n.Old.StageId != n.New.StageId || n.Old.Flags != n.New.Flags || n.Old.Children != n.New.Children;

    private void Place(NpgsqlBatch batch, List<Node> moved)
    {
        if (moved.Count == 0)
            return;
        batch.Add(
            """
            update job_lineage.job j
            set run_id = m.run_id, stage_id = m.stage_id, flags = m.flags, children = m.children, parent_id = m.parent_id
            from unnest($2, $3, $4, $5, $6, $7) m (id, run_id, stage_id, flags, children, parent_id)
            where j.source_id = $1 and j.id = m.id
            """,
            sourceId,
            Parameters.Texts(moved.Select(n => n.Id)),
            Parameters.NullableLongs(moved.Select(n => n.New.RunId)),
            Parameters.NullableLongs(moved.Select(n => n.New.StageId)),
            Parameters.Shorts(moved.Select(n => (short)n.New.Flags)),
            Parameters.Ints(moved.Select(n => n.New.Children)),
            Parameters.Texts(moved.Select(n => n.New.ParentId)));
    }

    private void Link(NpgsqlBatch batch, List<Node> moved)
    {
        if (moved.Count > 0)
            batch.Add("update job_lineage.job j set parents = m.parents from unnest($2, $3) m (id, parents) where j.source_id = $1 and j.id = m.id",
                sourceId, Parameters.Texts(moved.Select(n => n.Id)), Parameters.Texts(moved.Select(n => JobRows.Parents(n.MovedParents!))));
    }

    private void Drop(NpgsqlBatch batch, List<Node> dropped)
    {
        if (dropped.Count > 0)
        {
            batch.Add("delete from job_lineage.job where source_id = $1 and id = any($2)",
                sourceId, Parameters.Texts(dropped.Select(n => n.Id)));
            batch.Add(JobRows.Forget, sourceId, Parameters.Texts(dropped.Select(n => n.Id)));
        }
    }

    /// <summary>A dropped run whose root had the id that is another job's now keeps an address of its own.</summary>
    private void NamePastRuns(NpgsqlBatch batch, List<Node> added)
    {
        var known = added.Where(n => n.New.InsertedAt is not null).ToList();
        if (known.Count == 0)
            return;
        batch.Add(
            """
            update job_lineage.past_run p
            set root_id = p.root_id || '~' || to_char(p.started_at at time zone 'UTC', 'YYYYMMDD"T"HH24MISS.US"Z"')
            from unnest($2, $3) d (id, inserted_at)
            where p.source_id = $1 and p.root_id = d.id and isfinite(p.started_at) and p.started_at <> d.inserted_at
            """,
            sourceId,
            Parameters.Texts(known.Select(n => n.Id)),
            Parameters.Times(known.Select(n => n.New.InsertedAt)));
    }

    private void AddRuns(NpgsqlBatch batch, List<RunNode> runs)
    {
        if (runs.Count == 0)
            return;
        batch.Add(
            RunCounts.Add(
                """
                insert into job_lineage.run (id, source_id, root_id, run_key, worker, version)
                select id, $1, root_id, run_key, worker, 0 from unnest($2, $3, $4, $5) r (id, root_id, run_key, worker)
                """),
            sourceId,
            Parameters.Longs(runs.Select(r => r.Id)),
            Parameters.Texts(runs.Select(r => r.RootId)),
            Parameters.Texts(runs.Select(r => r.Key)),
            Parameters.Ints(runs.Select(r => r.Worker)));
    }

    private void AddStages(NpgsqlBatch batch, List<StageNode> stages)
    {
        if (stages.Count == 0)
            return;
        batch.Add(
            """
            insert into job_lineage.stage (source_id, id, run_id, parent_id, worker, step, depth, first_id)
            select $1, * from unnest($2, $3, $4, $5, $6, $7, $8)
            """,
            sourceId,
            Parameters.Longs(stages.Select(s => s.Id)),
            Parameters.Longs(stages.Select(s => s.Run.Id)),
            Parameters.NullableLongs(stages.Select(s => s.Parent?.Id)),
            Parameters.Ints(stages.Select(s => s.Worker)),
            Parameters.NullableInts(stages.Select(s => s.Step)),
            Parameters.Ints(stages.Select(s => s.Depth)),
            Parameters.Texts(stages.Select(s => s.FirstId)));
    }

    private void MoveHeads(NpgsqlBatch batch, IReadOnlyCollection<RunNode> runs)
    {
        var stages = runs.SelectMany(r => r.Stages).Where(s => s is { HeadChanged: true, IsNew: false }).ToList();
        if (stages.Count > 0)
        {
            batch.Add(
                """
                update job_lineage.stage s
                set parent_id = d.parent_id, worker = d.worker, depth = d.depth, first_id = d.first_id
                from unnest($2, $3, $4, $5, $6) d (id, parent_id, worker, depth, first_id)
                where s.source_id = $1 and s.id = d.id
                """,
                sourceId, Parameters.Longs(stages.Select(s => s.Id)), Parameters.NullableLongs(stages.Select(s => s.Parent?.Id)),
                Parameters.Ints(stages.Select(s => s.Worker)), Parameters.Ints(stages.Select(s => s.Depth)), Parameters.Texts(stages.Select(s => s.FirstId)));
        }

        var heads = Moved(runs);
        if (heads.Count > 0)
        {
            batch.Add(
                RunCounts.Rename,
                sourceId, Parameters.Longs(heads.Select(r => r.Id)), Parameters.Texts(heads.Select(r => r.RootId)), Parameters.Ints(heads.Select(r => r.Worker)));
        }
    }

    private static List<RunNode> Moved(IReadOnlyCollection<RunNode> runs) => [.. runs.Where(r => r is { HeadChanged: true, IsNew: false })];

    /// <summary>Stages and runs that no job is in any more.</summary>
    private void Sweep(NpgsqlBatch batch, Deltas deltas)
    {
        var fewer = deltas.Stages.Where(s => s.Value.Rows < 0).ToList();
        if (fewer.Count == 0)
            return;
        batch.Add("delete from job_lineage.stage where source_id = $1 and id = any($2) and rows = 0", sourceId, Parameters.Longs(fewer.Select(s => s.Key)));
        batch.Add(RunCounts.Remove("delete from job_lineage.run where source_id = $1 and id = any($2) and rows = 0"), sourceId, Parameters.Longs(fewer.Select(s => s.Value.Run).Distinct()));
    }

    /// <summary>Runs the batch.</summary>
    /// <returns>The roots that the changed runs were known by before it.</returns>
    private static async Task<List<string>> NamesAsync(NpgsqlBatch batch, CancellationToken cancellation)
    {
        var roots = new List<string>();
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        do
        {
            while (await reader.ReadAsync(cancellation))
                roots.Add(reader.GetString(0));
        }
        while (await reader.NextResultAsync(cancellation));
        return roots;
    }
}
