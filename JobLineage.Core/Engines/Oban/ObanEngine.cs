using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.Oban;

/// <summary>
/// Oban, schema versions up to 14: <c>lib/oban/migrations/postgres</c> of Oban 2.23, and rows recorded from it.
/// Its times are UTC without a zone; its states are an enum that has <c>suspended</c> only from version 14; errors
/// are a jsonb[], oldest first. Its pruner deletes what is finished, and nothing else does. Workflows of Oban Pro are as Oban Web reads them
/// (<c>lib/oban/web/queries/workflow_query.ex</c>, <c>assets/js/hooks/workflow_graph.js</c> of Oban Web 2.12): a job's <c>meta</c> has the workflow's id, its own name in it
/// and the names that it waits for, each with another workflow's id before it where it is of another one, and <c>*</c> for all of that.
/// </summary>
internal sealed class ObanEngine : IEngine
{
    /// <summary>The newest schema version that was read here.</summary>
    private const int Newest = 14;

    /// <inheritdoc/>
    public string Name => "oban";

    /// <inheritdoc/>
    public string Title => "Oban";

    /// <summary>The jobs that one of a workflow waits for, by the names in its meta.</summary>
    private const string Flow = """
        left join lateral (
            select (array_agg(awaited.id order by awaited.inserted_at, awaited.id))[1] as parent_id, jsonb_agg(awaited.id order by awaited.inserted_at, awaited.id) as parents
            from jsonb_array_elements(case when jsonb_typeof(job.meta->'deps') = 'array' then job.meta->'deps' end) dep (value)
                cross join lateral (
                    select case jsonb_typeof(dep.value) when 'string' then job.meta->>'workflow_id' else dep.value->>0 end as workflow,
                        case jsonb_typeof(dep.value) when 'string' then dep.value #>> '{}' else dep.value->>1 end as name) named
                join {schema}.oban_jobs awaited on awaited.id <> job.id and awaited.meta @>
                    case named.name when '*' then jsonb_build_object('workflow_id', named.workflow) else jsonb_build_object('workflow_id', named.workflow, 'name', named.name) end) flow on true
        """;

    /// <inheritdoc/>
    public SourceMapping Map(string source, EngineTables tables)
    {
        // Only Pro has workflows; to join them costs a look at every row of an unfinished job, and the index of the parents.
        var mapping = Usual(source, tables);
        return !tables.HasOfEdition("oban_workflows") && !tables.HasOfEdition("oban_producers") ? mapping : mapping with
        {
            Joins = Flow,
            Changes = [new("oban_jobs", null)],
            // A job that was made while another one ran is that one's child, and what it waits for are links.
            ParentId = "coalesce(job.meta->>'parent_job_id', flow.parent_id::text)",
            ParentKey = null,
            Parents = "flow.parents",
            KeepsParent = true,
        };
    }

    private SourceMapping Usual(string source, EngineTables tables) => new()
    {
        Name = source,
        Preset = Name,
        Table = "oban_jobs",
        State = "state",
        States = JobStates.All.ToDictionary(s => s.Name()),
        Worker = "worker",
        Queue = "queue",
        ParentId = tables.Maybe("oban_jobs", "meta", "meta->>'parent_job_id'"),
        ParentKey = tables.Has("oban_jobs", "meta") ? new("meta", "parent_job_id") : null,
        Announced = tables.Maybe("oban_jobs", "meta", "meta->>'expected_children'"),
        Attempt = "attempt",
        MaxAttempts = "max_attempts",
        Priority = "priority",
        InsertedAt = "inserted_at at time zone 'UTC'",
        ScheduledAt = "scheduled_at at time zone 'UTC'",
        AttemptedAt = "attempted_at at time zone 'UTC'",
        // A row can carry cancelled_at and still end completed: the state says which time counts.
        FinishedAt = $"""
            (case state::text when 'completed' then completed_at when 'discarded' then discarded_at
                when 'cancelled' then {tables.Or("oban_jobs", "cancelled_at", "cancelled_at", "null")} end) at time zone 'UTC'
            """,
        AttemptedBy = "attempted_by[1]",
        Args = "args",
        Meta = tables.Maybe("oban_jobs", "meta", "meta"),
        // The last ones only, and each cut by itself: a job may fail hundreds of times, each with a stack trace, and a
        // cut through the whole would lose the newest.
        Errors = """
            (select jsonb_agg(case when jsonb_typeof(e->'error') = 'string'
                    then jsonb_set(e, '{error}', to_jsonb(left(e->>'error', 10000))) else e end order by n)
                from unnest(errors[greatest(cardinality(errors) - 4, 1):]) with ordinality u (e, n))
            """,
    };

    /// <summary>Oban keeps the number of its last migration as the table's comment.</summary>
    public string VersionSql(SourceMapping mapping) => $"select obj_description({SourceMapping.Literal(mapping.QualifiedTable)}::regclass, 'pg_class')";

    /// <inheritdoc/>
    public Check Judge(SourceMapping mapping, string? version) => EngineVersion.Judge(Title, "schema version", version, Newest);

    /// <inheritdoc/>
    public string JobPath => "/oban/jobs/{id}";

    /// <summary>
    /// Oban Pro keeps a row for each queue that a node runs, and takes it away when the node ends
    /// (its public documentation; no such table was seen here). Oban itself keeps both in memory.
    /// </summary>
    public EngineStatement? Nodes { get; } = new(
        "oban_producers",
        """
        select node::text as node, queue::text as queue, started_at at time zone 'UTC' as started_at, updated_at at time zone 'UTC' as seen_at,
            updated_at at time zone 'UTC' > now() - interval '1 minute' as is_alive
        from {schema}.oban_producers
        """);

    /// <inheritdoc cref="Nodes"/>
    public EngineStatement? Queues { get; } = new(
        "oban_producers",
        """
        select queue::text as queue, bool_and(coalesce(meta->>'paused' = 'true', false)) as is_paused, null::timestamptz as paused_at,
            'oban_producers' as said_by, null::text as held
        from {schema}.oban_producers group by queue
        """);
}
