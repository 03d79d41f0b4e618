using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// Counts the children of parents. What one look may cost is bounded whatever the run: at most <see cref="MostParents"/>
/// parents, the fewer the more children each has.
/// </summary>
internal sealed class EdgeReader(NpgsqlConnection connection, RunStages run, DateTimeOffset now)
{
    /// <summary>More completed parents than this are not looked at: the newest are.</summary>
    public const int MostParents = 20_000;

    /// <summary>So many children are counted in all, about.</summary>
    public const int MostChildren = 100_000;

    /// <summary>Of one parent's children no more than this are counted, unless their number is known without counting.</summary>
    public const int MostOfOne = 10_000;

    private const int FewestParents = 20;
    private const int Sample = 20;

    /// <summary>How the jobs of a stage fan out into another; null when the run has no such stages.</summary>
    public async Task<EdgeFacts?> ReadAsync(string from, string to, CancellationToken cancellation)
    {
        if (run.Find(from) is not { } parents || run.Find(to) is not { } children)
            return null;
        var edges = await EdgesAsync(parents, cancellation);
        var isByKey = run.RunKey is not null;
        var jobs = edges.GetValueOrDefault(children.Id);
        var facts = new EdgeFacts
        {
            From = from,
            To = to,
            IsByKey = isByKey,
            Jobs = isByKey ? children.Rows : jobs,
            Parents = parents.Counts.Total,
            Completed = parents.Counts.Completed,
            Examined = 0,
            AsOf = now,
        };
        if (isByKey || facts.Completed == 0)
            return facts;
        // Where all children of the parents are in this one stage, each parent's own counter has their number.
        var isOnly = edges.Count == 1 && edges.ContainsKey(children.Id);
        return await CountAsync(facts, parents, children, isOnly, cancellation);
    }

    private async Task<EdgeFacts> CountAsync(
        EdgeFacts facts, StoredStage parents, StoredStage children, bool isOnly, CancellationToken cancellation)
    {
        var most = isOnly
            ? MostParents
            : Math.Clamp((long)MostChildren * Math.Max(parents.Rows, 1) / Math.Max(facts.Jobs, 1), FewestParents, MostParents);
        var number = isOnly
            ? "p.children"
            : $"""
              (select count(*) from (
                  select from job_lineage.job c
                  where c.source_id = $5 and c.parent_id = p.id and c.stage_id = $2 and {JobIs.Linked("c")}
                  limit $4) c)
              """;
        await using var command = new NpgsqlCommand(
            $"""
            with parent as materialized (
                select p.id, p.children
                from job_lineage.job p
                where p.source_id = $5 and p.stage_id = $1 and {JobIs.Counted(JobState.Completed, "p")}
                order by p.scheduled_at desc
                limit $3),
            counted as materialized (select p.id, p.children, ({number})::bigint as number from parent p)
            select count(*), min(number), percentile_disc(0.5) within group (order by number),
                percentile_disc(0.95) within group (order by number), max(number),
                count(*) filter (where number = 0), count(*) filter (where number = 0 and children = 0),
                (select array_agg(id) from (select id from counted where number = 0 order by length(id), id limit {Sample}) sample)
            from counted
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds }.With(parents.Id, children.Id, most, MostOfOne, run.SourceId);
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        await row.NextAsync(cancellation);
        if (row.Long() is not (> 0 and var examined))
            return facts;
        var (fewest, median, high, largest) = (row.Long(), row.Long(), row.Long(), row.Long());
        return facts with
        {
            Examined = examined,
            Children = new(fewest, median, high, largest, !isOnly && largest >= MostOfOne ? MostOfOne : null),
            WithoutChild = row.Long(),
            Childless = row.Long(),
            Sample = row.Array<string>(),
        };
    }

    /// <summary>How many jobs of each stage have their parents in this one.</summary>
    private async Task<Dictionary<long, long>> EdgesAsync(StoredStage parents, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select to_stage, jobs from job_lineage.stage_edge where source_id = $2 and from_stage = $1 and jobs > 0", connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds }.With(parents.Id, run.SourceId);
        var edges = new Dictionary<long, long>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            edges[reader.GetInt64(0)] = reader.GetInt64(1);
        return edges;
    }
}
