using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using JobLineage.Core.Store.Ingest;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Reads runs from the store; see <see cref="IRunReader"/>.</summary>
/// <param name="store">Connections to the store.</param>
/// <param name="diagnosis">When jobs that do not move are called stuck.</param>
/// <param name="time">For what depends on the moment.</param>
public sealed class RunReader(
    NpgsqlDataSource store, DiagnosisOptions diagnosis, TimeProvider time) : IRunReader
{
    /// <summary>The column where what a single is begins.</summary>
    private const string Single = "single";

    private readonly PastRuns past = new(time);
    private readonly ExaminedRuns examined = new();
    private readonly ExaminedRuns detailed = new();
    private readonly RecentRuns recent = new(time);

    /// <summary>How long the jobs of runs may be looked at for one page of a list.</summary>
    internal TimeSpan SearchLimit { get; init; } = RunsPage.SearchLimit;

    /// <summary>How long those of one run may be, where all of that went by over several.</summary>
    internal TimeSpan AloneLimit { get; init; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    public async Task<RunSnapshot?> FindRunAsync(string source, string jobId, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        return await FindRunAsync(connection, source, jobId, cancellation);
    }

    /// <summary>The same on a connection, in whose transaction, if there is one, other readings agree with it.</summary>
    internal async Task<RunSnapshot?> FindRunAsync(NpgsqlConnection connection, string source, string jobId, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        jobId = await JobAddress.ResolveAsync(connection, source, jobId, cancellation);
        var (alone, run) = await ReadAsync(connection, source, jobId, now, cancellation);
        if (run is null)
            return alone;
        var facts = run.Facts with { Past = await past.OfAsync(run.SourceId, run.WorkerId, connection, cancellation) };
        return run.Run.Diagnose(facts, diagnosis, now);
    }

    /// <summary>One statement: a single, diagnosed; or a run with all that is to agree with it.</summary>
    private async Task<(RunSnapshot? Alone, AssembledRun? Run)> ReadAsync(
        NpgsqlConnection connection, string source, string jobId, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var batch = GenericPlan.Of(
            connection,
            $"""
            with {LinkSql.Table}
            select
                -- Depends on the parameters alone: asked once, and not again with each stage.
                (select count(distinct p.job_id)
                    from job_lineage.source one
                    join job_lineage.job it on it.source_id = one.id and it.id = $2 and it.run_id is not null
                    join job_lineage.put_aside p on p.source_id = one.id and not p.kept
                    where one.name = $1 and {PutAsideRows.RunOf} = it.run_id),
                {SnapshotSql.Stage}, {SnapshotSql.Details}, {SnapshotSql.Run},
                j.hash as {Single}, src.as_of, {JobSql.Columns}, {AloneFacts.Columns}
            from job_lineage.source src
            join job_lineage.job j on j.source_id = src.id and j.id = $2
            {JobSql.Joins}
            {AloneFacts.Joins}
            left join (job_lineage.run r {SnapshotSql.Joins} {SnapshotSql.DetailJoins}) on r.source_id = j.source_id and r.id = j.run_id
            where src.name = $1 and {JobSql.IsThere}
            """,
            source, jobId);
        var runs = new RunAssembler(now, details: true);
        await using var row = new RowCursor(await batch.ExecuteReaderAsync(cancellation));
        await row.NextResultAsync(cancellation);
        var putAside = 0L;
        while (await row.NextAsync(cancellation))
        {
            putAside = row.Long();
            if (!runs.Add(row))
            {
                var run = Alone(row.From(Single), source, now);
                return (run.Diagnose(AloneFacts.Of(row, run, now), diagnosis, now), null);
            }
        }

        return (null, runs.Build().Values.SingleOrDefault() is { } found ? found with { Run = found.Run with { PutAside = putAside } } : null);
    }

    /// <inheritdoc />
    public async Task<RunsPage> ListRunsAsync(RunsQuery query, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var connection = await store.OpenConnectionAsync(cancellation);
        // The page and the runs on it are some statements of one snapshot.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        var page = new RunsList(connection, query, new(diagnosis, past, examined), recent, now, new(time, SearchLimit, AloneLimit));
        return await page.ReadAsync(cancellation);
    }

    /// <inheritdoc />
    public async Task<IncidentsView> FindIncidentsAsync(IncidentsQuery query, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        return await new IncidentsReader(connection, new(diagnosis, past, examined), new(diagnosis, past, detailed, details: true), time.GetUtcNow()).ReadAsync(query, cancellation);
    }

    /// <inheritdoc />
    public async Task<PipelinesView> FindPipelinesAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        return await new PipelinesReader(connection, new(diagnosis, past, examined), recent, time.GetUtcNow()).ReadAsync(cancellation);
    }

    /// <inheritdoc />
    public async Task<JobView?> FindJobAsync(string source, string jobId, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        return await new JobReader(connection, source, jobId).ReadAsync(cancellation);
    }

    /// <inheritdoc />
    public Task<PipelineHistory?> FindPipelineAsync(PipelineQuery query, CancellationToken cancellation) =>
        ReadHistoryAsync(reader => reader.ReadAsync(query, cancellation), cancellation);

    /// <inheritdoc />
    public Task<DroppedRun?> FindDroppedAsync(string source, string rootId, CancellationToken cancellation) =>
        ReadHistoryAsync(reader => reader.FindDroppedAsync(source, rootId, cancellation), cancellation);

    private async Task<T?> ReadHistoryAsync<T>(Func<PipelineReader, Task<T?>> read, CancellationToken cancellation)
        where T : class
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        return await read(new(connection, time.GetUtcNow(), new(diagnosis, past, examined)));
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<string>> FindSourcesOfAsync(string jobId, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            $"""
            select s.name
            from job_lineage.source s
            where exists (
                    select from job_lineage.job j left join job_lineage.run r on r.source_id = j.source_id and r.id = j.run_id
                    where j.source_id = s.id and j.id = any($1) and {JobSql.IsThere})
                or exists (select from job_lineage.past_run p where p.source_id = s.id and p.root_id = any($1))
            order by s.name
            """).With(Parameters.Texts([jobId, JobKeys.Newest(jobId), JobKeys.Of(jobId)]));
        return await command.TextsAsync(cancellation);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<RunKey, long>> VersionsAsync(IReadOnlyCollection<RunKey> runs, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            $"""
            select w.source, w.root_id, coalesce(r.version, j.hash & {SingleVersionMask})
            from unnest($1, $2) w (source, root_id)
            join job_lineage.source s on s.name = w.source
            join job_lineage.job j on j.source_id = s.id and j.id = w.root_id
            left join job_lineage.run r on r.source_id = j.source_id and r.id = j.run_id
            where {JobSql.IsThere} and (r.id is null or r.root_id = w.root_id)
            """).With(Parameters.Texts(runs.Select(r => r.Source)), Parameters.Texts(runs.Select(r => r.RootId)));
        var versions = new Dictionary<RunKey, long>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            versions[new(reader.GetString(0), reader.GetString(1))] = reader.GetInt64(2);
        return versions;
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<SourceStatus>> SourcesAsync(CancellationToken cancellation) => SourcesReader.ReadAsync(store, cancellation);

    /// <summary>A single has no version of its own: what was read of it stands for one, in as many bits as JavaScript keeps.</summary>
    internal const long SingleVersionMask = (1L << 53) - 1;

    private static RunSnapshot Alone(RowCursor row, string source, DateTimeOffset now)
    {
        var (hash, asOf) = (row.Long(), row.Time() ?? now);
        return JobSql.Alone(JobSql.Read(row, source).Job, hash & SingleVersionMask, asOf);
    }
}
