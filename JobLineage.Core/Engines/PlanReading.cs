using System.Text.Json;
using JobLineage.Core.Engines.Sql;

namespace JobLineage.Core.Engines;

/// <summary>Reads what EXPLAIN (FORMAT JSON) answers. Pure.</summary>
internal static class PlanReading
{
    /// <summary>What stands for the server's locks among the tables that a mapping reads.</summary>
    private static readonly string Locks = $"{SourceMapping.Quote("pg_catalog")}.{SourceMapping.Quote("pg_locks")}";

    /// <summary>Asks for the plan of a statement in the form that is read here.</summary>
    public static string Explain(string sql) => $"explain (costs off, verbose, format json) {sql}";

    /// <summary>How many rows the planner thinks that a statement gives.</summary>
    /// <param name="json">The answer, with its costs.</param>
    public static long Rows(string json)
    {
        using var plan = JsonDocument.Parse(json);
        return (long)plan.RootElement[0].GetProperty("Plan").GetProperty("Plan Rows").GetDouble();
    }

    /// <summary>
    /// Whether an index serves the condition on the table itself: every scan of it has an index condition. One that only a subquery of the
    /// mapping uses does not count; nor does an index that is read whole and filtered, which has no condition.
    /// </summary>
    /// <param name="json">The answer.</param>
    /// <param name="isView">A view is planned as its tables are, under their own names: there one of them must be served.</param>
    public static bool IsServed(string json, bool isView)
    {
        using var plan = JsonDocument.Parse(json);
        var scans = new List<bool>();
        Collect(plan.RootElement[0].GetProperty("Plan"), isView, scans);
        return scans.Count > 0 && (isView ? scans.Contains(true) : !scans.Contains(false));
    }

    /// <summary>
    /// The tables, by their qualified names, that subqueries read beside what the statement itself does, each as often as it is read; the row's
    /// own arrays and lists of values are none.
    /// </summary>
    /// <param name="json">The answer.</param>
    /// <param name="hasJoins">Whether something is joined to the row: then that counts too.</param>
    public static IReadOnlyList<string> RelationsBeside(string json, bool hasJoins)
    {
        using var plan = JsonDocument.Parse(json);
        return [.. Beside(plan.RootElement[0].GetProperty("Plan"), isBeside: false, hasJoins)];
    }

    private static IEnumerable<string> Beside(JsonElement node, bool isBeside, bool hasJoins)
    {
        isBeside |= IsSubquery(node);
        if (isBeside || (hasJoins && !(node.TryGetProperty("Alias", out var alias) && IsJob(alias.GetString()!))))
        {
            if (node.TryGetProperty("Relation Name", out var name))
                yield return $"{SourceMapping.Quote(node.TryGetProperty("Schema", out var schema) ? schema.GetString()! : "")}.{SourceMapping.Quote(name.GetString()!)}";
            // The server's locks are no table, and change like one.
            else if (node.TryGetProperty("Function Name", out var function) && function.GetString() == "pg_lock_status")
                yield return Locks;
            // A join that another server makes has no one relation.
            else if (node.TryGetProperty("Relations", out var relations))
                yield return relations.GetString()!;
        }

        foreach (var relation in Children(node).SelectMany(child => Beside(child, isBeside, hasJoins).ToList()))
            yield return relation;
    }

    private static bool IsSubquery(JsonElement node) => node.TryGetProperty("Parent Relationship", out var relation) && relation.GetString() is "SubPlan" or "InitPlan";

    private static void Collect(JsonElement node, bool isView, List<bool> scans)
    {
        if (IsSubquery(node))
            return;
        if (node.TryGetProperty("Alias", out var alias) && (isView || IsJob(alias.GetString()!)))
        {
            scans.Add(HasCondition(node));
            return;
        }

        foreach (var child in Children(node))
            Collect(child, isView, scans);
    }

    // Partitions are planned as job_1, job_2 and so on.
    private static bool IsJob(string alias) =>
        alias == RowSql.Alias || (alias.StartsWith(RowSql.Alias + "_", StringComparison.Ordinal) && alias[(RowSql.Alias.Length + 1)..].All(char.IsAsciiDigit));

    private static bool HasCondition(JsonElement node) =>
        node.TryGetProperty("Index Cond", out _)
        || Children(node).Any(c => !IsSubquery(c) && HasCondition(c));

    private static IEnumerable<JsonElement> Children(JsonElement node) =>
        node.TryGetProperty("Plans", out var plans) ? plans.EnumerateArray() : [];
}
