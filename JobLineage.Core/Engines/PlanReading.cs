using System.Text.Json;
using JobLineage.Core.Engines.Sql;

namespace JobLineage.Core.Engines;

/// <summary>Reads what EXPLAIN (FORMAT JSON) answers. Pure.</summary>
internal static class PlanReading
{
    /// <summary>Asks for the plan of a statement in the form that is read here.</summary>
    public static string Explain(string sql) => $"explain (costs off, verbose, format json) {sql}";

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

    /// <summary>How many tables subqueries read beside what the statement itself does; the row's own arrays and lists of values are none.</summary>
    /// <param name="json">The answer.</param>
    public static int RelationsBeside(string json)
    {
        using var plan = JsonDocument.Parse(json);
        return Count(plan.RootElement[0].GetProperty("Plan"), isBeside: false);
    }

    private static int Count(JsonElement node, bool isBeside)
    {
        isBeside |= IsSubquery(node);
        // A join that another server makes has no one relation.
        var own = isBeside && (node.TryGetProperty("Relation Name", out _) || node.TryGetProperty("Relations", out _)) ? 1 : 0;
        return own + Children(node).Sum(child => Count(child, isBeside));
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
