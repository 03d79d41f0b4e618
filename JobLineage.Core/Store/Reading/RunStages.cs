using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>The run of a job with its stages as the store numbers them: what every view of a run begins with.</summary>
internal sealed class RunStages(short sourceId, long? runId, string rootId, string? runKey, IReadOnlyList<StoredStage> stages)
{
    private readonly Dictionary<long, StoredStage> byId = stages.ToDictionary(s => s.Id);

    /// <summary>The number of the source.</summary>
    public short SourceId => sourceId;

    /// <summary>The number of the run; null for a single.</summary>
    public long? RunId => runId;

    /// <summary>The id of the root.</summary>
    public string RootId => rootId;

    /// <summary>The key that the jobs share; null where they are held together by links.</summary>
    public string? RunKey => runKey;

    /// <summary>By depth, then by path.</summary>
    public IReadOnlyList<StoredStage> Stages => stages;

    /// <summary>The job is a single: it is in no run.</summary>
    public bool IsSingle => RunId is null;

    /// <summary>The path of a stage; null for none of this run.</summary>
    public string? PathOf(long? stage) => stage is { } id && byId.TryGetValue(id, out var found) ? found.Path : null;

    /// <summary>The stage of a path; null when there is none.</summary>
    public StoredStage? Find(string path) => Stages.FirstOrDefault(s => s.Path == path);

    /// <summary>The stages below one.</summary>
    public IEnumerable<StoredStage> Below(StoredStage stage) => Stages.Where(s => IsBelow(s, stage));

    /// <summary>Whether a stage is somewhere below another.</summary>
    public bool IsBelow(StoredStage stage, StoredStage above)
    {
        for (var at = stage.ParentId; at is { } id; at = byId[id].ParentId)
        {
            if (id == above.Id)
                return true;
        }

        return false;
    }

    /// <summary>Null when the source has no such job.</summary>
    public static async Task<RunStages?> ReadAsync(
        NpgsqlConnection connection, string source, string jobId, CancellationToken cancellation)
    {
        jobId = await JobAddress.ResolveAsync(connection, source, jobId, cancellation);
        await using var command = new NpgsqlCommand(
            $"""
            select src.id, r.id, r.root_id, r.run_key, w.text, st.text, s.id, s.parent_id, s.depth, {StateColumns.Of("s")},
                (select array_agg(l.text) from job_lineage.label l where l.id = any(s.queues)),
                s.first_inserted_at, s.first_attempted_at, s.last_finished_at, s.rows
            from job_lineage.source src
            join job_lineage.job j on j.source_id = src.id and j.id = $2
            left join (job_lineage.run r
                join job_lineage.stage s on s.source_id = r.source_id and s.run_id = r.id
                join job_lineage.label w on w.id = s.worker
                left join job_lineage.label st on st.id = s.step) on r.source_id = j.source_id and r.id = j.run_id
            where src.name = $1 and {JobSql.IsThere}
            order by s.depth, s.id
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds }.With(source, jobId);
        RunStages? head = null;
        var rows = new List<(string Worker, string? Step, StoredStage Stage)>();
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
        {
            var (sourceId, runId) = (row.Short(), row.LongOrNull());
            if (runId is null)
                return new(sourceId, null, jobId, null, []);
            var (rootId, runKey) = (row.Text(), row.TextOrNull());
            head ??= new(sourceId, runId, rootId, runKey, []);
            var (worker, step) = (row.Text(), row.TextOrNull());
            rows.Add((worker, step, Stage(row) with { Worker = worker }));
        }

        if (head is null)
            return null;
        var paths = StoredPaths.Of(rows.Select(r => (r.Stage.Id, r.Stage.ParentId, r.Worker, r.Step)));
        var sorted = rows.Select(r => r.Stage with { Path = paths[r.Stage.Id] }).OrderBy(s => s.Depth).ThenBy(s => s.Path, StringComparer.Ordinal);
        return new(head.SourceId, head.RunId, head.RootId, head.RunKey, [.. sorted]);
    }

    private static StoredStage Stage(RowCursor row) => new(
        row.Long(), row.LongOrNull(), "", row.Int(), row.Counts(), row.Array<string>(), row.Time(), row.Time(), row.Time(), row.Long());
}

/// <summary>A stage as the store has it.</summary>
/// <param name="Id">Its number in the store.</param>
/// <param name="ParentId">The number of the stage above.</param>
/// <param name="Path">Its path.</param>
/// <param name="Depth">1 for the root's.</param>
/// <param name="Counts">Its jobs by state.</param>
/// <param name="Queues">Queues that its jobs were seen in: all of them when fewer than <see cref="QueuesKept"/>.</param>
/// <param name="InsertedAt">When the first job was inserted.</param>
/// <param name="StartedAt">When one first began an attempt.</param>
/// <param name="FinishedAt">When the last one finished.</param>
/// <param name="Rows">All its jobs, those included that are not counted: never seen, or vanished.</param>
internal sealed record StoredStage(
    long Id, long? ParentId, string Path, int Depth, StateCounts Counts, IReadOnlyList<string> Queues,
    DateTimeOffset? InsertedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, long Rows)
{
    /// <summary>The full name of its worker; in a run that shares a key, of its first job's.</summary>
    public string Worker { get; init; } = "";

    /// <summary>The ingester remembers so many queues of a stage.</summary>
    public const int QueuesKept = 8;
}
