using System.Data;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// Counts the children of parents, see <see cref="IEdgeReader"/>. What one look may cost is bounded whatever the run: at most
/// <see cref="MostParents"/> parents, the fewer the more children each has.
/// </summary>
/// <param name="store">Connections to the store.</param>
/// <param name="time">For the moment of the reading.</param>
public sealed class EdgeReader(NpgsqlDataSource store, TimeProvider time) : IEdgeReader
{
    /// <summary>More completed parents than this are not looked at: the newest are.</summary>
    public const int MostParents = 20_000;

    /// <summary>So many children are counted in all, about.</summary>
    public const int MostChildren = 100_000;

    /// <summary>Of one parent's children no more than this are counted, unless their number is known without counting.</summary>
    public const int MostOfOne = 10_000;

    private const int FewestParents = 20;
    private const int Sample = 20;
    private const int TimeoutSeconds = 10;

    /// <inheritdoc />
    public async Task<EdgeFacts?> FindEdgeAsync(string source, string rootId, string from, string to, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var stages = await StagesAsync(connection, source, rootId, cancellation);
        var paths = StoredPaths.Of(stages.Select(s => (s.Id, s.Parent, s.Worker, s.Step)));
        var parents = stages.Find(stage => paths[stage.Id] == from);
        var children = stages.Find(stage => paths[stage.Id] == to);
        if (parents is null || children is null)
            return null;

        var isByKey = children.Step is not null;
        var jobs = parents.Edges.GetValueOrDefault(children.Id);
        var facts = new EdgeFacts
        {
            From = from,
            To = to,
            IsByKey = isByKey,
            Jobs = isByKey ? children.Rows : jobs,
            Parents = parents.Total,
            Completed = parents.Completed,
            Examined = 0,
            AsOf = time.GetUtcNow(),
        };
        return isByKey || parents.Completed == 0 ? facts : await CountAsync(connection, facts, parents, children.Id, jobs, cancellation);
    }

    private static async Task<EdgeFacts> CountAsync(
        NpgsqlConnection connection, EdgeFacts facts, StageRow parents, long children, long jobs, CancellationToken cancellation)
    {
        // Where all children of the parents are in this one stage, each parent's own counter has their number.
        var isOnly = parents.Edges.Count == 1 && parents.Edges.ContainsKey(children);
        var most = isOnly ? MostParents : Math.Clamp((long)MostChildren * Math.Max(parents.Rows, 1) / Math.Max(jobs, 1), FewestParents, MostParents);
        var number = isOnly
            ? "p.children"
            : """
              (select count(*) from (
                  select from job_lineage.job c
                  where c.source_id = p.source_id and c.parent_id = p.id and c.stage_id = $2 and c.flags & 8 = 0
                  limit $4) c)
              """;
        await using var command = new NpgsqlCommand(
            $"""
            with parent as materialized (
                select p.source_id, p.id, p.children
                from job_lineage.job p
                where p.stage_id = $1 and p.state = 5 and p.flags & 5 = 0
                order by p.scheduled_at desc
                limit $3),
            counted as materialized (select p.id, p.children, {number} as number from parent p)
            select count(*), min(number), percentile_disc(0.5) within group (order by number),
                percentile_disc(0.95) within group (order by number), max(number),
                count(*) filter (where number = 0), count(*) filter (where number = 0 and children = 0),
                (select array_agg(id) from (select id from counted where number = 0 order by length(id), id limit {Sample}) sample)
            from counted
            """, connection);
        command.CommandTimeout = TimeoutSeconds;
        foreach (var value in new[] { parents.Id, children, most, MostOfOne })
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = value });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var examined = reader.GetInt64(0);
        if (examined == 0)
            return facts;
        long At(int column) => Convert.ToInt64(reader.GetValue(column), System.Globalization.CultureInfo.InvariantCulture);
        return facts with
        {
            Examined = examined,
            Children = new(At(1), At(2), At(3), At(4), !isOnly && At(4) >= MostOfOne ? MostOfOne : null),
            WithoutChild = At(5),
            Childless = At(6),
            Sample = reader.IsDBNull(7) ? [] : reader.GetFieldValue<string[]>(7),
        };
    }

    private static async Task<List<StageRow>> StagesAsync(NpgsqlConnection connection, string source, string rootId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            select s.id, s.parent_id, w.text, st.text, s.rows, s.completed,
                s.available + s.scheduled + s.suspended + s.executing + s.retryable + s.completed + s.discarded + s.cancelled,
                (select array_agg(e.to_stage order by e.to_stage) from job_lineage.stage_edge e where e.from_stage = s.id and e.jobs > 0),
                (select array_agg(e.jobs order by e.to_stage) from job_lineage.stage_edge e where e.from_stage = s.id and e.jobs > 0)
            from job_lineage.source src
            join job_lineage.run r on r.source_id = src.id and r.root_id = $2
            join job_lineage.stage s on s.run_id = r.id
            join job_lineage.label w on w.id = s.worker
            left join job_lineage.label st on st.id = s.step
            where src.name = $1
            order by s.depth, s.id
            """, connection);
        command.CommandTimeout = TimeoutSeconds;
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = rootId });
        var stages = new List<StageRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var to = reader.IsDBNull(7) ? [] : reader.GetFieldValue<long[]>(7);
            var jobs = reader.IsDBNull(8) ? [] : reader.GetFieldValue<long[]>(8);
            stages.Add(new(
                reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetInt64(1), reader.GetString(2), reader.TextAt(3), reader.GetInt64(4),
                reader.GetInt64(5), reader.GetInt64(6), to.Zip(jobs).ToDictionary(edge => edge.First, edge => edge.Second)));
        }

        return stages;
    }

    private sealed record StageRow(
        long Id, long? Parent, string Worker, string? Step, long Rows, long Completed, long Total, Dictionary<long, long> Edges);
}
