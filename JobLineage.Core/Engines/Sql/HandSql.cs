using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.Sql;

/// <summary>
/// Writes the statement by which somebody finds the jobs of a run in the queue's own table, with psql and nothing else. It
/// stands by itself: no parameters, no settings. Pure.
/// </summary>
internal static class HandSql
{
    /// <summary>The statement for a selection.</summary>
    /// <param name="source">The table.</param>
    /// <param name="lookup">How the children of a job are found in it.</param>
    /// <param name="run">The run.</param>
    /// <param name="selection">Which of its jobs are meant; <see cref="FilterSql.CanSay"/> all of it.</param>
    public static string Of(ProbedSource source, ParentLookup lookup, RunSnapshot run, JobFilter selection)
    {
        selection = selection.Within(run.RootId);
        var conditions = FilterSql.Conditions(source, selection);
        if (selection.Ids.Count > 0)
            conditions.Insert(0, In(source, selection.Ids));
        if (source.Mapping.RunKey is not null)
            return Keyed(source, run, selection, conditions);
        if (source.Mapping.ParentId is null)
            return Select(source, [In(source, [run.RootId]), .. selection.Below is null ? conditions : ["false"]]);
        return Linked(source, lookup, run, selection, conditions);
    }

    /// <summary>The statement for jobs by their ids alone, wherever they are.</summary>
    /// <param name="source">The table.</param>
    /// <param name="ids">Ids that were found in the run; there may be none.</param>
    public static string OfIds(ProbedSource source, IReadOnlyList<string> ids) => Select(source, [ids.Count == 0 ? "false" : In(source, ids), .. FilterSql.Conditions(source, JobFilter.All)]);

    private static string In(ProbedSource source, IReadOnlyList<string> ids) => $"{RowSql.Id(source.Mapping)} in ({string.Join(", ", ids.Select(id => Value(source, id)))})";

    private static string Select(ProbedSource source, IReadOnlyList<string> conditions) =>
        $"""
        select {(source.Mapping.Joins is null ? "" : $"{RowSql.Alias}.")}*
        from {RowSql.From(source.Mapping)}
        where {string.Join("\n  and ", conditions)}
        order by {RowSql.Id(source.Mapping)};
        """;

    /// <summary>Down from the root, job by job, each with the workers on its way: these are its stage.</summary>
    private static string Linked(ProbedSource source, ParentLookup lookup, RunSnapshot run, JobFilter selection, List<string> conditions)
    {
        var mapping = source.Mapping;
        var (id, table) = (RowSql.Id(mapping), RowSql.From(mapping));
        var root = Value(source, run.RootId);
        var worker = RowSql.TextOrEmpty(mapping.Worker);
        var known = FilterSql.Known(source) is { } states ? $" and {states}" : "";
        // A worker that recurs on its own way is in its earlier stage.
        var rows = $"jl_run (jl_id, jl_way{(selection.Below is null ? "" : ", jl_below")})";
        var wanted = new List<string>();
        if (selection.Stage is { } stage)
            wanted.Add($"jl_way = array[{string.Join(", ", Workers(run, stage).Select(SourceMapping.Literal))}]");
        if (selection.Below is not null)
            wanted.Add("jl_below");
        var where = conditions.Concat([$"{id} in (select jl_id from jl_run{(wanted.Count > 0 ? $" where {string.Join(" and ", wanted)}" : "")})"]);
        return $"""
            with recursive {rows} as (
              select {root}::{LineageSql.Type(source)},
                array[coalesce((select {worker} from {table} where {id} = {root}{known}), '')]{(selection.Below is null ? "" : ", false")}
              union all
              select jl_child.jl_id,
                case when jl_child.jl_worker = any(jl_run.jl_way)
                  then jl_run.jl_way[:array_position(jl_run.jl_way, jl_child.jl_worker)]
                  else jl_run.jl_way || jl_child.jl_worker end{(selection.Below is { } below ? $",\n    jl_run.jl_below or jl_run.jl_id = {Value(source, below)}" : "")}
              from jl_run, lateral (
                select ({id})::{LineageSql.Type(source)} as jl_id, {worker} as jl_worker
                from {table}
                where {LineageSql.Match(source, lookup, "jl_run.jl_id")}
                  and {id} <> {root}{known}
                offset 0) jl_child
            )
            {Select(source, [.. where])}
            """;
    }

    private static string Keyed(ProbedSource source, RunSnapshot run, JobFilter selection, List<string> conditions)
    {
        var mapping = source.Mapping;
        var (id, table) = (RowSql.Id(mapping), RowSql.From(mapping));
        var root = Value(source, run.RootId);
        List<string> where = run.RunKey is { } key ? [$"({mapping.RunKey})::text = {SourceMapping.Literal(key)}"] : [$"{id} = {root}"];
        if (run.RunKey is not null && mapping.RunKeyIndexed is { } indexed)
            where.Insert(0, $"({indexed}) = (select ({indexed}) from {table} where {id} = {root})");
        if (selection.Below is not null)
            where.Add("false");
        if (selection.Stage is { } path && run.Stages.FirstOrDefault(s => s.Path == path) is { } stage)
        {
            var step = $"coalesce(({mapping.Step ?? mapping.Worker})::text, ({mapping.Worker})::text)";
            where.Add($"(replace({step}, '/', '.') = {SourceMapping.Literal(stage.Name)} or {step} = {SourceMapping.Literal(stage.Worker)})");
        }

        return Select(source, [.. where, .. conditions]);
    }

    /// <summary>The full worker names from the root's stage to this one.</summary>
    private static IEnumerable<string> Workers(RunSnapshot run, string path)
    {
        var stages = run.Stages.ToDictionary(s => s.Path, StagePath.Comparer);
        var way = new Stack<string>();
        for (var at = path; at is not null && stages.TryGetValue(at, out var stage); at = stage.ParentPath)
            way.Push(stage.Worker);
        return way;
    }

    /// <summary>An id as the column has it: a number stands as it is, and what is no number or no uuid can't be there.</summary>
    private static string Value(ProbedSource source, string id) => source.IdKind switch
    {
        JobIdKind.Text => SourceMapping.Literal(id),
        _ when JobIds.Normalize(source.IdKind, id) is null => "null",
        JobIdKind.BigInt => id,
        _ => SourceMapping.Literal(id),
    };
}
