using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.Dbos;

/// <summary>
/// DBOS, as recorded from its SDK 5.3: workflows are the jobs, and the parent is a column of its own. Times are milliseconds since 1970. A step is retried within
/// its workflow; <c>recovery_attempts</c> counts how often the workflow itself was begun.
/// </summary>
internal sealed class DbosEngine : IEngine
{
    private const string Jobs = "workflow_status";

    private const string Steps = "operation_outputs";

    private static readonly string[] Tables = ["workflow_input", "workflow_output"];

    /// <inheritdoc/>
    public string Name => "dbos";

    /// <inheritdoc/>
    public string Title => "DBOS";

    /// <inheritdoc/>
    public SourceMapping Map(string source, EngineTables tables) => new()
    {
        Name = source,
        Preset = Name,
        Schema = "dbos",
        Table = Jobs,
        Id = "workflow_uuid",
        Joins = string.Join('\n', [.. Tables.Where(tables.Has).Select(table => $"left join {{schema}}.{table} {table} on {table}.workflow_uuid = job.workflow_uuid"), .. tables.Has(Steps) ? [StepsOf(tables)] : Array.Empty<string>()]) is { Length: > 0 } joins ? joins : null,
        Changes = [.. Tables.Append(Steps).Where(tables.Has).Select(table => new ChangeTable(table, "workflow_uuid"))],
        State = "job.status",
        Unfinished = ["job.status in ('ENQUEUED', 'DELAYED', 'PENDING')"],
        States = new Dictionary<string, JobState>
        {
            ["ENQUEUED"] = JobState.Available,
            ["DELAYED"] = JobState.Scheduled,
            ["PENDING"] = JobState.Executing,
            ["SUCCESS"] = JobState.Completed,
            ["ERROR"] = JobState.Discarded,
            ["CANCELLED"] = JobState.Cancelled,
            ["MAX_RECOVERY_ATTEMPTS_EXCEEDED"] = JobState.Discarded,
        },
        Worker = "job.name",
        Queue = "job.queue_name",
        ParentId = tables.Maybe(Jobs, "parent_workflow_id", "job.parent_workflow_id"),
        Attempt = "job.recovery_attempts",
        Priority = "job.priority",
        InsertedAt = "to_timestamp(job.created_at / 1000.0)",
        Recent = "job.created_at > (extract(epoch from now() - {within}) * 1000)::bigint",
        ScheduledAt = tables.Maybe(Jobs, "delay_until_epoch_ms", "to_timestamp(job.delay_until_epoch_ms / 1000.0)"),
        AttemptedAt = "to_timestamp(job.started_at_epoch_ms / 1000.0)",
        FinishedAt = tables.Maybe(Jobs, "completed_at", "to_timestamp(job.completed_at / 1000.0)"),
        AttemptedBy = "job.executor_id",
        Args = tables.Has("workflow_input") ? "coalesce(workflow_input.inputs, job.inputs)" : "job.inputs",
        Meta = tables.Has(Steps) ? "steps.made" : null,
        LastError = tables.Has("workflow_output") ? "coalesce(workflow_output.error, job.error)" : "job.error",
    };

    /// <summary>What a workflow has done so far; a child workflow is a job of its own.</summary>
    private static string StepsOf(EngineTables tables)
    {
        string Time(string key, string column) => tables.Has(Steps, column) ? $"'{key}', to_timestamp(s.{column} / 1000.0), " : "";
        return $"""
            left join lateral (
                select jsonb_build_object('steps', jsonb_agg(jsonb_build_object('step', s.function_name, {Time("started_at", "started_at_epoch_ms")}{Time("completed_at", "completed_at_epoch_ms")}'error', s.error) order by s.function_id)) as made
                from {"{schema}"}.{Steps} s where s.workflow_uuid = job.workflow_uuid{(tables.Has(Steps, "child_workflow_id") ? " and s.child_workflow_id is null" : "")} having count(*) > 0) steps on true
            """;
    }

    /// <inheritdoc/>
    public string VersionSql(SourceMapping mapping) => $"select max(version)::text from {SourceMapping.Quote(mapping.Schema)}.dbos_migrations";

    /// <summary>Which versions there are was not read: what is missing is found column by column.</summary>
    public Check? Judge(SourceMapping mapping, string? version) => new(CheckLevel.Good, Title, $"DBOS's migration is {version ?? "not said"}.");

    /// <summary>The tables know no pauses, of any queue; how many workflows of it run at once, or begin in some time, may be limited. As JSON a row has the limits that its version knows.</summary>
    public EngineStatement? Queues { get; } = new(
        "queues",
        """
        select q.name as queue, null::boolean as is_paused, null::timestamptz as paused_at, 'queues' as said_by,
            'runs at most ' || nullif(concat_ws(' and ', limits.value->>'concurrency' || ' at once', limits.value->>'worker_concurrency' || ' at once on each node',
                    limits.value->>'partition_concurrency' || ' at once of a partition', limits.value->>'partition_worker_concurrency' || ' at once of a partition on each node',
                    limits.value->>'rate_limit_max' || ' in ' || (limits.value->>'rate_limit_period_sec') || ' s',
                    limits.value->>'partition_rate_limit_max' || ' of a partition in ' || (limits.value->>'partition_rate_limit_period_sec') || ' s'), '')
                || case running.jobs when 0 then '' when 1 then ', and 1 runs' else ', and ' || running.jobs || ' run' end as held
        from {schema}.queues q cross join lateral to_jsonb(q) limits (value)
            cross join lateral (select count(*) as jobs from {schema}.workflow_status w where w.queue_name = q.name and w.status = 'PENDING') running
        union all
        select '*', null, null, 'queues', null
        """);
}
