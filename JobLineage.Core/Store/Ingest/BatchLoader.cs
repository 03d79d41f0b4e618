using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Ingest;

/// <summary>Reads what a batch has to know of the store. A handful of statements whatever the size of the batch.</summary>
/// <param name="connection">With the batch's transaction.</param>
/// <param name="sourceId">The source's number.</param>
/// <param name="leftovers">Dropped runs of which there still are rows: to a batch these are not there.</param>
internal sealed class BatchLoader(NpgsqlConnection connection, short sourceId, long[] leftovers)
{
    private const string Facts =
        """
        j.id, j.hash, j.native_id, j.run_id, j.stage_id, j.parent_id, j.run_key, j.worker, j.step, j.queue, j.state, j.attempt, j.attempted_by, j.flags,
        j.children, j.fingerprint, j.expected, j.inserted_at, j.scheduled_at, j.attempted_at, j.finished_at
        """;

    private string IsThere => leftovers.Length == 0 ? "" : " and (j.run_id is null or j.run_id <> all($3))";

    /// <summary>Adds the stored jobs among these ids to <paramref name="nodes"/>; those that are there already stay.</summary>
    public Task JobsAsync(Dictionary<string, Node> nodes, IReadOnlyCollection<string> ids, CancellationToken cancellation) =>
        AddAsync(nodes, $"select {Facts} from job_lineage.job j where j.source_id = $1 and j.id = any($2){IsThere}", ids, null, cancellation);

    /// <summary>
    /// Adds all descendants of these jobs, along links that are followed and links that are cut, and marks them and the
    /// jobs themselves as affected.
    /// </summary>
    public Task DescendantsAsync(Dictionary<string, Node> nodes, IReadOnlyCollection<string> ids, CancellationToken cancellation) =>
        AddAsync(
            nodes,
            $"""
            with recursive below as (
                select id collate "C" as id from unnest($2) id
                union
                select j.id from below b cross join lateral (
                    select j.id from job_lineage.job j where j.source_id = $1 and j.parent_id = b.id{IsThere} offset 0) j)
            select {Facts} from below b join job_lineage.job j on j.source_id = $1 and j.id = b.id{IsThere}
            """,
            ids, static n => n.IsAffected = true, cancellation);

    /// <summary>The earlier jobs of these ids, by the keys of their newest ones.</summary>
    public async Task<JobVersions> EarlierAsync(IReadOnlyCollection<string> keys, CancellationToken cancellation)
    {
        var versions = new JobVersions();
        if (keys.Count == 0)
            return versions;
        await using var command = new NpgsqlCommand(
            $"select j.earlier_of, j.id, j.inserted_at from job_lineage.job j where j.source_id = $1 and j.earlier_of = any($2){IsThere}", connection).With(sourceId, Parameters.Texts(keys));
        if (leftovers.Length > 0)
            command.With(Parameters.Longs(leftovers));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            versions.Add(reader.GetString(0), new(reader.GetString(1), reader.TimeAt(2)));
        return versions;
    }

    /// <summary>The further parents of these jobs, by job.</summary>
    public Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> FurtherParentsAsync(IReadOnlyCollection<string> keys, CancellationToken cancellation) =>
        FurtherAsync("j.id = any($2)", keys, cancellation);

    /// <summary>All further parents of the jobs of which one of these is one, by job: few jobs have any, and an index holds those alone.</summary>
    public Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> FurtherChildrenAsync(IReadOnlyCollection<string> keys, CancellationToken cancellation) =>
        FurtherAsync($"exists (select from jsonb_array_elements_text({StoredParents.Json("j")}) u (parent) where u.parent = any($2))", keys, cancellation);

    /// <summary>Adds the children of these jobs, along links that are followed and links that are cut.</summary>
    public Task ChildrenAsync(Dictionary<string, Node> nodes, IReadOnlyCollection<string> keys, Action<Node> each, CancellationToken cancellation) =>
        AddAsync(nodes, $"select {Facts} from job_lineage.job j where j.source_id = $1 and j.parent_id = any($2){IsThere}", keys, each, cancellation);

    /// <summary>Makes room for rows of these ids, which are not there but for what dropped runs have left.</summary>
    public async Task ClearAsync(IEnumerable<string> ids, CancellationToken cancellation)
    {
        if (leftovers.Length == 0)
            return;
        await using var command = new NpgsqlCommand(
            """
            with gone as (delete from job_lineage.job where source_id = $1 and id = any($2) and run_id = any($3) returning id)
            delete from job_lineage.payload p using gone where p.source_id = $1 and p.id = gone.id
            """, connection).With(
            sourceId, Parameters.Texts(ids), Parameters.Longs(leftovers));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The roots of those runs that hang together by a link that is cut: such a run is worked out whole.</summary>
    public async Task<IReadOnlyList<string>> CutRootsAsync(IReadOnlyCollection<long> runs, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select r.root_id
            from job_lineage.run r
            join job_lineage.job j on j.source_id = r.source_id and j.id = r.root_id
            where r.source_id = $1 and r.id = any($2) and {JobIs.Unlinked()}
            """, connection).With(sourceId, Parameters.Longs(runs));
        var roots = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            roots.Add(reader.GetString(0));
        return roots;
    }

    /// <summary>These runs with their stages, by id.</summary>
    public Task<Dictionary<long, RunNode>> RunsAsync(IReadOnlyCollection<long> ids, CancellationToken cancellation) =>
        RunsAsync("r.id = any($2)", Parameters.Longs(ids), cancellation);

    /// <summary>The runs that have these keys, with their stages, by id.</summary>
    public Task<Dictionary<long, RunNode>> RunsOfKeysAsync(IReadOnlyCollection<string> keys, CancellationToken cancellation) =>
        RunsAsync("r.run_key = any($2)", Parameters.Texts(keys), cancellation);

    /// <summary>The ids of all rows of a stage, with their workers.</summary>
    public async Task<IReadOnlyList<(string Id, int Worker)>> IdsOfStageAsync(long stage, string runKey, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select id, worker from job_lineage.job where source_id = $1 and run_key = $3 and stage_id = $2", connection).With(sourceId, stage, runKey);
        var ids = new List<(string, int)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            ids.Add((reader.GetString(0), reader.GetInt32(1)));
        return ids;
    }

    private async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> FurtherAsync(string which, IReadOnlyCollection<string> keys, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"select j.id, j.parents from job_lineage.job j where j.source_id = $1 and j.parents is not null and {which}{IsThere}", connection).With(sourceId, Parameters.Texts(keys));
        command.CommandTimeout = 600;
        if (leftovers.Length > 0)
            command.With(Parameters.Longs(leftovers));
        var parents = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            parents[reader.GetString(0)] = StoredJson.Texts(reader.GetString(1));
        return parents;
    }

    private async Task AddAsync(
        Dictionary<string, Node> nodes, string sql, IReadOnlyCollection<string> ids, Action<Node>? each, CancellationToken cancellation)
    {
        if (ids.Count == 0)
            return;
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 }.With(sourceId, Parameters.Texts(ids));
        if (leftovers.Length > 0)
            command.With(Parameters.Longs(leftovers));
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
        {
            var id = row.Text();
            if (!nodes.TryGetValue(id, out var node))
                nodes[id] = node = Read(row, id);
            each?.Invoke(node);
        }
    }

    private static Node Read(RowCursor row, string id)
    {
        var (hash, nativeId) = (row.Long(), row.TextOrNull());
        var facts = new NodeFacts
        {
            RunId = row.LongOrNull(),
            StageId = row.LongOrNull(),
            ParentId = row.TextOrNull(),
            RunKey = row.TextOrNull(),
            Worker = row.Int(),
            Step = row.IntOrNull(),
            Queue = row.Int(),
            State = (JobState)row.Short(),
            Attempt = row.Int(),
            AttemptedBy = row.TextOrNull(),
            Flags = (JobFlags)row.Short(),
            Children = row.Int(),
            Fingerprint = row.IntOrNull(),
            Expected = row.IntOrNull(),
            InsertedAt = row.Time(),
            ScheduledAt = row.Time(),
            AttemptedAt = row.Time(),
            FinishedAt = row.Time(),
        };
        return new(id) { Exists = true, Old = facts, New = facts, Hash = hash, NativeId = nativeId };
    }

    private async Task<Dictionary<long, RunNode>> RunsAsync(string which, SqlValue parameter, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select r.id, r.root_id, r.run_key, r.worker, s.id, s.parent_id, s.worker, s.step, s.first_id, s.rows
            from job_lineage.run r
            left join job_lineage.stage s on s.source_id = r.source_id and s.run_id = r.id
            where r.source_id = $1 and {which}
            order by r.id, s.depth
            """, connection).With(sourceId, parameter);
        var runs = new Dictionary<long, RunNode>();
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
        {
            var (id, rootId, key, worker) = (row.Long(), row.Text(), row.TextOrNull(), row.Int());
            if (!runs.TryGetValue(id, out var run))
                runs[id] = run = new(id, rootId, key, isNew: false) { Worker = worker };
            if (row.LongOrNull() is not { } stageId)
                continue;
            // By depth: the stage above is there already.
            var parent = row.LongOrNull() is { } above ? run.Stage(above) : null;
            var stage = new StageNode(stageId, run, parent, row.Int(), row.IntOrNull(), isNew: false)
            {
                FirstId = row.TextOrNull(),
                Rows = row.Long(),
            };
            if (stage.Step is null)
                run.Add(stage);
            else
                run.AddStep(stage);
        }

        return runs;
    }
}
