using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>The jobs of all sources that a filter names, by their ids or as those below one: each is a step into an index. Those below one may be many.</summary>
internal sealed class NamedJobs
{
    private readonly JobFilter filter;
    private readonly IReadOnlyList<BelowOne> below;

    private NamedJobs(JobFilter filter, IReadOnlyCollection<long>? runs, IReadOnlyList<BelowOne> below) =>
        (this.filter, Runs, this.below) = (filter, runs, below);

    /// <summary>The runs that they are in; null where none are named.</summary>
    public IReadOnlyCollection<long>? Runs { get; }

    /// <summary>Whether a run has more jobs below the one than were followed: where none of them is found one may be all the same.</summary>
    public bool IsTruncated(long run) => below.Any(b => b.Run == run && b.Ids is { IsTruncated: true });

    /// <summary>Looks them up.</summary>
    public static async Task<NamedJobs> ReadAsync(NpgsqlConnection connection, JobFilter filter, TimeLimit limit, CancellationToken cancellation)
    {
        HashSet<long>? runs = filter.Ids.Count > 0 ? [.. (await FindAsync(connection, filter.Ids, cancellation)).Select(job => job.Run)] : null;
        var below = new List<BelowOne>();
        if (filter.Below is { } above)
        {
            below = await BelowAsync(connection, await FindAsync(connection, [above], cancellation), above, limit, cancellation);
            var those = below.Select(b => b.Run);
            runs = runs is null ? [.. those] : [.. runs.Intersect(those)];
        }

        return new(filter, runs, below);
    }

    /// <summary>The conditions that they are on a job <c>j</c>.</summary>
    /// <param name="parameter">Takes a parameter and says how it is written.</param>
    public IEnumerable<string> Sql(Func<SqlValue, string> parameter)
    {
        if (filter.Ids.Count > 0)
            yield return $"j.id = any({parameter(Parameters.Texts(filter.Ids))})";
        if (filter.Below is null)
            yield break;
        // Below a root is all of its run, the root as well.
        var each = below.Select(b => b.Ids is null
            ? $"(j.source_id = {parameter(b.Source)} and j.run_id = {parameter(b.Run)})"
            : $"(j.source_id = {parameter(b.Source)} and j.id = any({parameter(Parameters.Texts(b.Ids.Ids))}))");
        yield return $"({string.Join(" or ", each.DefaultIfEmpty("false"))})";
    }

    /// <summary>Those below a job, in each source that has one of its id, as far as the time goes for all of them: of the rest it is said that nobody followed them.</summary>
    private static async Task<List<BelowOne>> BelowAsync(
        NpgsqlConnection connection, IReadOnlyList<(short Source, long Run, bool IsRoot)> places, string above, TimeLimit limit, CancellationToken cancellation)
    {
        var below = places.Select(place => new BelowOne(place.Source, place.Run, place.IsRoot ? null : new([], IsTruncated: true))).ToList();
        for (var at = 0; at < below.Count; at++)
        {
            if (below[at] is not { Ids: not null } one)
                continue;
            if (!await limit.TryAsync(connection, limit.Alone, async () => below[at] = one with { Ids = await Descendants.ReadAsync(connection, one.Source, above, cancellation) }, cancellation) || limit.Left == TimeSpan.Zero)
                break;
        }

        return below;
    }

    private static async Task<List<(short Source, long Run, bool IsRoot)>> FindAsync(
        NpgsqlConnection connection, IReadOnlyList<string> ids, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            select src.id, r.id, r.root_id = j.id
            from job_lineage.source src
            cross join unnest($1) u (id)
            cross join lateral (select * from job_lineage.job j where j.source_id = src.id and j.id = u.id offset 0) j
            join job_lineage.run r on r.source_id = j.source_id and r.id = j.run_id
            where src.forgotten_at is null
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds }.With(Parameters.Texts(ids));
        var found = new List<(short, long, bool)>();
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
            found.Add((row.Short(), row.Long(), row.Bool()));
        return found;
    }

    /// <summary>The jobs below one, in one source.</summary>
    /// <param name="Source">The source.</param>
    /// <param name="Run">The run of the one.</param>
    /// <param name="Ids">Their ids; null where the one is the root, and all of the run is below it.</param>
    private sealed record BelowOne(short Source, long Run, Descendants? Ids);
}
