using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// Runs and summaries of dropped runs, read as one. $1 is the source, $2 the number of the root worker's label. What a
/// statement costs grows with the runs that it returns and with their stages, but for orders other than by time: these look
/// at all runs of the pipeline in the range.
/// </summary>
internal static class PipelineSql
{
    /// <summary>When a run started; one of which that is unknown comes before all others.</summary>
    private const string Start = "coalesce(started_at, '-infinity')";

    private static readonly string Counts = StateColumns.Of();

    /// <summary>The columns of a <see cref="PipelineRun"/>.</summary>
    public static readonly string RunColumns = $"id, root_id, run_key, started_at, last_activity_at, dropped_at, vanished, {Counts}";

    /// <summary>Runs in an order, at most $6: since $3 and behind the place $4, $5.</summary>
    public static string Runs(PipelineSort sort)
    {
        var key = Key(sort);
        string Part(string table, string dropped) =>
            $"""
            (select id, root_id, run_key, started_at, last_activity_at, {dropped}, vanished, {Counts}, {key} as key
             from job_lineage.{table}
             where source_id = $1 and worker = $2 and {Start} >= $3 and ({key}, id) < ($4, $5)
             order by {key} desc, id desc
             limit $6)
            """;
        return $"""
            select {RunColumns}, {(sort == PipelineSort.Newest ? "0::bigint" : "key")}
            from ({Part("run", "null::timestamptz as dropped_at")} union all {Part("past_run", "dropped_at")}) r
            order by key desc, id desc
            limit $6
            """;
    }

    /// <summary>How many runs there are since $3, and whether there are any at all.</summary>
    public static readonly string Total =
        $"""
        select (select count(*) from job_lineage.run where source_id = $1 and worker = $2 and {Start} >= $3)
                + (select count(*) from job_lineage.past_run where source_id = $1 and worker = $2 and {Start} >= $3),
            exists (select from job_lineage.run where source_id = $1 and worker = $2)
                or exists (select from job_lineage.past_run where source_id = $1 and worker = $2)
        """;

    /// <summary>The root of the run right before each of the runs $3, which started at $4.</summary>
    public static readonly string Before =
        $"""
        select t.id, b.root_id
        from unnest($3, $4) t (id, at)
        cross join lateral (
            select root_id
            from (
                (select id, root_id, {Start} as at from job_lineage.run
                 where source_id = $1 and worker = $2 and ({Start}, id) < (t.at, t.id) order by {Start} desc, id desc limit 1)
                union all
                (select id, root_id, {Start} as at from job_lineage.past_run
                 where source_id = $1 and worker = $2 and ({Start}, id) < (t.at, t.id) order by {Start} desc, id desc limit 1)) p
            order by at desc, id desc
            limit 1) b
        """;

    /// <summary>The stages of the source's runs $2 that are there and of the dropped ones $3, the last runs of the list $4 last; at most $5 rows.</summary>
    public static readonly string Stages =
        $"""
        select s.run_id, s.id, s.parent_id, s.worker, s.step, s.depth, s.vanished, s.ran, s.ran_ms, s.waited_ms,
            s.first_inserted_at, s.last_finished_at, {StateColumns.Of("s")}
        from (
            select s.run_id, s.id, s.parent_id, w.text as worker, st.text as step, s.depth, s.vanished, s.ran, s.ran_ms, s.waited_ms,
                s.first_inserted_at, s.last_finished_at, {StateColumns.Of("s")}
            from job_lineage.stage s
            join job_lineage.label w on w.id = s.worker
            left join job_lineage.label st on st.id = s.step
            where s.source_id = $1 and s.run_id = any($2)
            union all
            select p.id, s.id, s.parent, s.worker, s.step, s.depth, coalesce(s.vanished, 0), coalesce(s.ran, 0), coalesce(s.ran_ms, 0), coalesce(s.waited_ms, 0),
                s.first_inserted_at, s.last_finished_at, {StateColumns.Each(name => $"coalesce(s.{name}, 0)")}
            from job_lineage.past_run p
            cross join jsonb_to_recordset(p.stages) s (id bigint, parent bigint, worker text, step text, depth integer, vanished bigint,
                ran bigint, ran_ms bigint, waited_ms bigint, first_inserted_at timestamptz,
                last_finished_at timestamptz, {StateColumns.Each(name => $"{name} bigint")})
            where p.source_id = $1 and p.id = any($3)) s
        order by array_position($4, s.run_id), s.depth, s.id
        limit $5
        """;

    /// <summary>The errors of the source's runs $2 that are there and of the dropped ones $3.</summary>
    public const string Errors =
        """
        select e.run_id, e.fingerprint, e.final, f.text
        from (
            select s.run_id, g.fingerprint, sum(g.final)::bigint as final
            from job_lineage.stage s
            join job_lineage.error_group g on g.source_id = s.source_id and g.stage_id = s.id
            where s.source_id = $1 and s.run_id = any($2)
            group by 1, 2
            union all
            select p.id, x.fingerprint, x.final
            from job_lineage.past_run p
            cross join jsonb_to_recordset(p.errors) x (fingerprint integer, final bigint)
            where p.source_id = $1 and p.id = any($3)) e
        join job_lineage.fingerprint f on f.id = e.fingerprint
        """;

    private static string Key(PipelineSort sort) => sort switch
    {
        PipelineSort.Newest => Start,
        // The difference of two ends of time is an error.
        PipelineSort.Longest =>
            "case when isfinite(started_at) and isfinite(last_activity_at) then greatest((extract(epoch from last_activity_at - started_at) * 1000)::bigint, 0) else -1 end",
        PipelineSort.Jobs => $"({StateColumns.Sum(JobStates.All)})",
        PipelineSort.Failures => "discarded",
        _ => throw new ArgumentOutOfRangeException(nameof(sort)),
    };
}
