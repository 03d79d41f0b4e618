using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.Oban;

/// <summary>
/// Oban, schema versions up to 14: <c>lib/oban/migrations/postgres</c> of Oban 2.23, and rows recorded from it.
/// Its times are UTC without a zone; its states are an enum that has <c>suspended</c> only from version 14; errors
/// are a jsonb[], oldest first. Its pruner deletes what is finished, and nothing else does.
/// </summary>
internal sealed class ObanEngine : IEngine
{
    /// <summary>The newest schema version that was read here.</summary>
    private const int Newest = 14;

    /// <inheritdoc/>
    public string Name => "oban";

    /// <inheritdoc/>
    public string Title => "Oban";

    /// <inheritdoc/>
    public SourceMapping Map(string source, EngineTables tables) => new()
    {
        Name = source,
        Preset = Name,
        Table = "oban_jobs",
        State = "state",
        States = JobStates.All.ToDictionary(s => s.Name()),
        Worker = "worker",
        Queue = "queue",
        ParentId = "meta->>'parent_job_id'",
        ParentKey = new("meta", "parent_job_id"),
        Announced = "meta->>'expected_children'",
        Attempt = "attempt",
        MaxAttempts = "max_attempts",
        Priority = "priority",
        InsertedAt = "inserted_at at time zone 'UTC'",
        ScheduledAt = "scheduled_at at time zone 'UTC'",
        AttemptedAt = "attempted_at at time zone 'UTC'",
        // A row can carry cancelled_at and still end completed: the state says which time counts.
        FinishedAt = """
            (case state::text when 'completed' then completed_at when 'discarded' then discarded_at
                when 'cancelled' then cancelled_at end) at time zone 'UTC'
            """,
        AttemptedBy = "attempted_by[1]",
        Args = "args",
        Meta = "meta",
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
