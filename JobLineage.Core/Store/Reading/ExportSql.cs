using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// The one statement that finds all jobs of a selection: the columns of <see cref="JobSql"/> and the fingerprint. Rows come
/// as the index of a stage has them, so that the first is there at once and nothing is sorted.
/// </summary>
internal static class ExportSql
{
    // Names by their number, one by one: a join would put the rows in an order of its own.
    private static readonly string Columns = $"{JobSql.ColumnsOf(Label("worker"), Label("queue"), Label("step"))}, j.fingerprint";

    private static string Label(string column) => $"(select l.text from job_lineage.label l where l.id = j.{column})";

    /// <summary>The statement and what its parameters stand for; arguments are for whoever reads the rows.</summary>
    /// <param name="run">The run.</param>
    /// <param name="filtered">Which of its jobs.</param>
    public static (string Sql, SqlValue[] Values) Of(RunStages run, JobConditions filtered)
    {
        var parameters = new List<SqlValue>();
        string Parameter(SqlValue parameter)
        {
            parameters.Add(parameter);
            return $"${parameters.Count}";
        }

        string Text(string text) => Parameter(text);
        string? number = null;
        string Source() => number ??= Parameter(run.SourceId);
        // Those that are counted: seen, and not vanished.
        var conditions = new List<string> { JobIs.Counted() };
        conditions.AddRange(filtered.Sql(Parameter));
        var filter = filtered.Filter;
        if (run.IsSingle)
        {
            // Not counted in any run, and still there to be read. Below any other job it is not.
            conditions[0] = JobIs.Seen();
            if (filter.Below is not null || (filter.Ids.Count > 0 && !filter.Ids.Contains(run.RootId)))
                conditions.Add("false");
            return ($"select {Columns} from job_lineage.job j {JobSql.PayloadJoin} where j.source_id = {Source()} and j.id = {Text(run.RootId)} and j.run_id is null and {All()}", [.. parameters]);
        }

        var stages = filtered.Stages.Select(stage => stage.Id).ToList();
        if (filter.Ids.Count > 0 || filter.Below is not null)
            conditions.Add($"j.stage_id = any({Parameter(Parameters.Longs(stages))})");
        if (filter.Below is { } below)
        {
            var ids = filter.Ids.Count == 0 ? "" : $" and j.id = any({Parameter(Parameters.Texts(filter.Ids))})";
            return (
                $"""
                with recursive below as (
                    select j.id from job_lineage.job j where j.source_id = {Source()} and j.parent_id = {Text(below)} and {JobIs.Linked()}
                    union all
                    select j.id from below b cross join lateral (
                        select j.id from job_lineage.job j where j.source_id = {Source()} and j.parent_id = b.id and {JobIs.Linked()} offset 0) j)
                select {Columns}
                from below b cross join lateral (select * from job_lineage.job j where j.source_id = {Source()} and j.id = b.id offset 0) j
                {JobSql.PayloadJoin}
                where {All()}{ids}
                """, [.. parameters]);
        }

        if (filter.Ids.Count > 0)
        {
            return (
                $"""
                select {Columns}
                from unnest({Parameter(Parameters.Texts(filter.Ids))}) with ordinality u (id, n)
                cross join lateral (select * from job_lineage.job j where j.source_id = {Source()} and j.id = u.id offset 0) j
                {JobSql.PayloadJoin}
                where {All()}
                """, [.. parameters]);
        }

        // As the indexes job_stage and job_error have them, word for word: jobs of several errors are in no order in that of errors.
        var order = filtered.Errors is [_] ? SliceKind.Failed.Time() : $"j.state, {SliceKind.Due.Time()}";
        return (
            $"""
            select {Columns}
            from unnest({Parameter(Parameters.Longs(stages))}) with ordinality s (id, n)
            cross join lateral (
                select * from job_lineage.job j where j.source_id = {Source()} and j.stage_id = s.id and {All()}
                order by {order}, length(j.id), j.id offset 0) j
            {JobSql.PayloadJoin}
            """, [.. parameters]);

        string All() => string.Join(" and ", conditions);
    }
}
