using System.Globalization;
using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.Sql;

/// <summary>
/// The one place in which a <see cref="JobFilter"/> becomes SQL over a queue's own table, for statements that are pasted: values stand in it as
/// literals. What stands in the run (stages, what is below a job, ids) is said by <see cref="HandSql"/>. Pure.
/// </summary>
internal static class FilterSql
{
    /// <summary>
    /// Whether SQL says all of a filter exactly. No expression says which errors are alike, nor how any name in brackets is shortened; arguments
    /// that are kept as text may be no JSON, which would end the statement; and a time of another type may be of any zone.
    /// </summary>
    public static bool CanSay(ProbedSource source, JobFilter filter) =>
        !filter.HasError
        && (filter.Worker is null || WorkerSql.IsExact(filter.Worker))
        && (filter.Args.Count == 0 || source.Mapping.Args is null || source.Types.GetValueOrDefault(nameof(SourceMapping.Args)) == "jsonb")
        && ((filter.Older is null && filter.Newer is null)
            || ColumnZones.Times.All(member => Members.Expression(source.Mapping, member) is null || source.ZoneOf(member) != ColumnZone.Unknown));

    /// <summary>The conditions on the row itself.</summary>
    public static List<string> Conditions(ProbedSource source, JobFilter filter)
    {
        var mapping = source.Mapping;
        var conditions = new List<string>();
        if (filter.States.Count > 0)
            conditions.Add(In($"({mapping.State})::text", mapping.States.Where(s => filter.States.Contains(s.Value)).Select(s => s.Key)));
        else if (Known(source) is { } known)
            conditions.Add(known);
        if (filter.Worker is { } worker)
            conditions.Add(WorkerSql.IsNamed(RowSql.TextOrEmpty(mapping.Worker), worker));
        if (filter.Queue is { } queue)
            conditions.Add($"{(queue.Length == 0 ? RowSql.TextOrEmpty(mapping.Queue) : $"({mapping.Queue ?? "null"})::text")} = {SourceMapping.Literal(queue)}");
        if (filter.Older is { } older)
            conditions.Add($"{Latest(source)} <= now() - interval {Span(older)}");
        if (filter.Newer is { } newer)
            conditions.Add($"{Latest(source)} > now() - interval {Span(newer)}");
        conditions.AddRange(filter.Args.Select(argument => mapping.Args is { } args ? Has($"({args})", argument) : "false"));
        conditions.AddRange(filter.Texts.Select(text => $"position(lower({SourceMapping.Literal(text)}) in lower(({mapping.Args ?? "null"})::text)) > 0"));
        return conditions;
    }

    /// <summary>Rows in other states are passed over everywhere; null where the table can hold no others.</summary>
    public static string? Known(ProbedSource source) =>
        source.StateLabels is { } labels && labels.All(source.Mapping.States.ContainsKey) ? null : In($"({source.Mapping.State})::text", source.Mapping.States.Keys);

    /// <summary>Whether arguments have this one, as <see cref="JobArgument.AreIn"/> looks at them.</summary>
    private static string Has(string args, JobArgument argument)
    {
        foreach (var key in argument.Path)
        {
            // A number may also be a place in a list; any other key finds nothing in one.
            args = JobArgument.PlaceOf(key) is not null ? $"{args} #> array[{SourceMapping.Literal(key)}]" : $"{args} -> {SourceMapping.Literal(key)}";
        }

        var value = $"(jsonb_typeof({args}) in ('string', 'number', 'boolean') and ({args}) #>> '{{}}' = {SourceMapping.Literal(argument.Value)})";
        return argument.Value == "null" ? $"({value} or jsonb_typeof({args}) = 'null')" : value;
    }

    /// <summary>When something last happened to the row: the latest of its times that have passed.</summary>
    private static string Latest(ProbedSource source)
    {
        var times = new List<string>();
        foreach (var member in ColumnZones.Times)
        {
            if (Members.Expression(source.Mapping, member) is not { } expression)
                continue;
            var time = source.ZoneOf(member) == ColumnZone.Without ? $"(({expression}) at time zone {SourceMapping.Literal(source.Mapping.TimeZone)})" : $"({expression})";
            times.Add($"case when {time} <= now() then {time} end");
        }

        return times.Count == 0 ? "null::timestamptz" : $"greatest({string.Join(", ", times)})";
    }

    // In seconds, and not in days, which a zone may make longer or shorter.
    private static string Span(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"'{(long)span.TotalSeconds} seconds'");

    private static string In(string expression, IEnumerable<string> words) => words.Order(StringComparer.Ordinal).Select(SourceMapping.Literal).ToList() switch
    {
        [] => "false",
        [var one] => $"{expression} = {one}",
        var many => $"{expression} in ({string.Join(", ", many)})",
    };
}
