using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Lineage;

/// <summary>
/// Lineage straight from a source's table: nothing is installed, stored or written, and SELECT is all it needs. Each
/// call is one statement, so its numbers agree. Jobs are found over an index on the parent expression where there is
/// one, else over the GIN index that Oban's own migrations make, else by reading the table once for every level.
/// Safe for concurrent use. Errors of the database pass through as <see cref="NpgsqlException"/>.
/// </summary>
/// <remarks>
/// A parent link counts when its text is the parent's id: "07", "7.0", "manual" and JSON null name nobody. A parent
/// that does not exist is the run's root, marked missing. Where links close a circle its lowest id is the root, and that
/// job's own link is not followed. Rows whose state the mapping does not know are treated as absent, and counted in
/// <c>PassedOver</c>.
/// </remarks>
public sealed class LineageQueries
{
    /// <summary>How many jobs a tree or a list of children holds unless asked otherwise.</summary>
    public const int DefaultLimit = 10_000;

    private static readonly TimeSpan LookupLifetime = TimeSpan.FromMinutes(1);

    private readonly ProbedSource source;
    private readonly TimeProvider clock;
    private readonly LineageReader reader;
    private readonly SourceIndexes indexes;
    private (ParentLookup Kind, long At)? lookup;
    private volatile SourceMoment? lastMoment;

    /// <param name="source">What was found out about the table; see <see cref="SourceProbe"/>.</param>
    /// <param name="database">Connections to the source's database.</param>
    /// <param name="clock">Says how old it is that an index was found.</param>
    /// <param name="timeoutSeconds">Time limit of one statement.</param>
    /// <param name="redaction">Takes secrets out of what is said of rows that can't be read.</param>
    public LineageQueries(ProbedSource source, NpgsqlDataSource database, TimeProvider? clock = null, int timeoutSeconds = 30, Redaction? redaction = null)
    {
        this.source = source;
        this.clock = clock ?? TimeProvider.System;
        reader = new(source, database, timeoutSeconds, redaction ?? new());
        indexes = new(source, database, timeoutSeconds);
    }

    /// <summary>The source that is asked.</summary>
    public ProbedSource Source => source;

    /// <summary>
    /// The run that a job belongs to: stages, edges, counts and times. A single is a run of one. Null when there is no
    /// such job and none names it as its parent.
    /// </summary>
    public async Task<PipelineStats?> GetPipelineStatsAsync(string id, CancellationToken cancellation = default)
    {
        if (await AssembleAsync(id, fromHere: false, cancellation) is not { } run)
            return null;
        return new(run.Snapshot(source.Mapping.Name), run.PassedOver);
    }

    /// <summary>The run that a job belongs to, with its jobs; null when there is no such job and none names it as its parent.</summary>
    /// <param name="id">Any job of the run.</param>
    /// <param name="fromHere">True for the job and what is below it, with the job as the root.</param>
    /// <param name="limit">How many jobs are listed at most; counts are exact all the same.</param>
    /// <param name="cancellation">Stops the query.</param>
    public async Task<JobTree?> GetJobTreeAsync(
        string id, bool fromHere = false, int limit = DefaultLimit, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        if (await AssembleAsync(id, fromHere, cancellation) is not { } run)
            return null;
        var depths = new Dictionary<Placed, int>();
        var nodes = new List<JobNode>(Math.Min(limit, run.Jobs.Count));
        foreach (var job in run.Jobs.Take(limit))
        {
            var depth = job.Parent is null ? 1 : depths[job.Parent] + 1;
            depths[job] = depth;
            nodes.Add(new(ToJob(job), job.Parent?.Row.Id, run.Paths[job.Stage], depth));
        }

        return new()
        {
            Run = run.Snapshot(source.Mapping.Name),
            Nodes = nodes,
            TotalNodes = run.Jobs.Count,
            PassedOver = run.PassedOver,
        };
    }

    /// <summary>The children of a job; null when there is no such job and none names it as its parent.</summary>
    /// <param name="id">The parent's id.</param>
    /// <param name="limit">How many children are listed at most; the numbers are exact all the same.</param>
    /// <param name="cancellation">Stops the query.</param>
    public async Task<JobChildren?> GetChildrenAsync(string id, int limit = DefaultLimit, CancellationToken cancellation = default)
    {
        if (JobIds.Normalize(source.IdKind, id) is not { } start)
            return null;
        var kind = await LookupAsync(cancellation);
        var whole = source.Mapping.RunKey is not null;
        var (rows, _) = await ReadAsync(
            (from, by) => whole ? LineageSql.Keyed(from) : LineageSql.Children(from, by == ParentLookup.None ? ParentLookup.Scan : by), kind, start, cancellation);
        var assembler = new RunAssembler(source, rows);
        var jobs = assembler.Assemble(start, fromHere: !whole);
        if ((whole ? jobs.FirstOrDefault(j => j.Row.Id == start) : jobs.FirstOrDefault()) is not { } parent)
            return null;
        return new(
            ToJob(parent),
            [.. parent.Children.Take(limit).Select(ToJob)],
            parent.Children.GroupBy(c => c.Row.Worker).OrderBy(g => g.Key, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.Aggregate(default(StateCounts), (counts, c) => counts.Add(c.State))),
            parent.Children.Count,
            assembler.PassedOver);
    }

    /// <summary>The way up from a job; null when there is no such job and none names it as its parent.</summary>
    public async Task<JobAncestors?> GetAncestorsAsync(string id, CancellationToken cancellation = default)
    {
        if (JobIds.Normalize(source.IdKind, id) is not { } start)
            return null;
        if (source.Mapping.ParentId is null || source.Mapping.RunKey is not null)
        {
            if (await AssembleAsync(id, fromHere: false, cancellation) is not { } run)
                return null;
            return Way(run.Jobs.First(j => j.Row.Id == start), run.PassedOver);
        }

        var (rows, _) = await ReadAsync((from, _) => LineageSql.Ancestors(from), ParentLookup.Expression, start, cancellation);
        var assembler = new RunAssembler(source, rows);
        var placed = assembler.Assemble(start, fromHere: false);
        if (placed.FirstOrDefault(j => j.Row.Id == start) is { } job)
            return Way(job, assembler.PassedOver);
        // Not there itself: it may still be what others name.
        return await GetChildrenAsync(id, 1, cancellation) is { } children
            ? new(children.Parent, [], children.PassedOver)
            : null;
    }

    private JobAncestors Way(Placed job, IReadOnlyDictionary<string, long> passedOver)
    {
        var way = new List<Job>();
        for (var above = job.Parent; above is not null; above = above.Parent)
            way.Add(ToJob(above));
        way.Reverse();
        return new(ToJob(job), way, passedOver);
    }

    private async Task<Assembled?> AssembleAsync(string id, bool fromHere, CancellationToken cancellation)
    {
        if (JobIds.Normalize(source.IdKind, id) is not { } start)
            return null;
        var kind = await LookupAsync(cancellation);
        var (rows, moment) = await ReadAsync(
            (from, by) => source.Mapping.RunKey is not null
                ? LineageSql.Keyed(from)
                : LineageSql.Tree(from, by == ParentLookup.None ? ParentLookup.Scan : by, climb: !fromHere),
            kind, start, cancellation);
        var assembler = new RunAssembler(source, rows);
        var jobs = assembler.Assemble(start, fromHere);
        if (jobs.Count == 0)
            return null;
        return new(jobs, assembler.Stages, assembler.Stages.Paths(assembler.Stages.Names()), assembler.PassedOver, moment.Shown);
    }

    /// <summary>Reads, and answers for the rest where some row of the table makes the statement fail.</summary>
    private async Task<(List<LineageRow> Rows, SourceMoment Moment)> ReadAsync(
        Func<ProbedSource, ParentLookup, string> sql, ParentLookup kind, string start, CancellationToken cancellation)
    {
        var read = await TryReadAsync(sql, kind, start, cancellation);
        lastMoment = read.Moment;
        return read;
    }

    private async Task<(List<LineageRow> Rows, SourceMoment Moment)> TryReadAsync(
        Func<ProbedSource, ParentLookup, string> sql, ParentLookup kind, string start, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadAsync(sql(source, kind), kind, start, cancellation);
        }
        catch (Exception e) when (RowFaults.IsOfRows(e))
        {
            if (await reader.WithoutBadRowsAsync(withArgs: false, cancellation) is not { } rest)
                throw;
            // No index serves a table some of whose rows are left out.
            var by = kind == ParentLookup.None ? kind : ParentLookup.Scan;
            return await reader.ReadAsync(sql(rest, by), by, start, cancellation);
        }
    }

    /// <summary>Rows of the table that could not be read when one was last in the way, and were left out of what was answered.</summary>
    public IReadOnlyList<BadRow> BadRows => reader.BadRows;

    /// <summary>The moment that the last answer is of, by the source's clock; null before the first.</summary>
    public SourceMoment? LastMoment => lastMoment;

    private async ValueTask<ParentLookup> LookupAsync(CancellationToken cancellation)
    {
        if (lookup is { } known && clock.GetElapsedTime(known.At) < LookupLifetime)
            return known.Kind;
        var kind = await indexes.FindLookupAsync(cancellation);
        lookup = (kind, clock.GetTimestamp());
        return kind;
    }

    private Job ToJob(Placed job) => job.ToJob(source.Mapping.Name);

    private sealed record Assembled(
        IReadOnlyList<Placed> Jobs, StageTree Stages, IReadOnlyList<string> Paths, IReadOnlyDictionary<string, long> PassedOver, DateTimeOffset AsOf)
    {
        public RunSnapshot Snapshot(string source) => SnapshotBuilder.Build(source, Jobs, Stages, Paths, AsOf);
    }
}
