using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.River;

/// <summary>
/// River, migrations 1 to 7: <c>riverdriver/riverpgxv5</c> of riverqueue/river (migration/main, dbsqlc/river_job.sql, dbsqlc/river_queue.sql). <c>pending</c> waits for
/// something other than time; errors are a jsonb[], oldest first. A job that is cancelled while it runs stays running until its client has ended it. What is over is
/// deleted after a day (discarded: a week).
/// </summary>
internal sealed class RiverEngine : IEngine
{
    private const int Newest = 7;

    /// <inheritdoc/>
    public string Name => "river";

    /// <inheritdoc/>
    public string Title => "River";

    /// <inheritdoc/>
    public SourceMapping Map(string source, EngineTables tables) => new()
    {
        Name = source,
        Preset = Name,
        Table = "river_job",
        State = "job.state",
        States = new Dictionary<string, JobState>
        {
            ["available"] = JobState.Available,
            ["scheduled"] = JobState.Scheduled,
            ["pending"] = JobState.Suspended,
            ["retryable"] = JobState.Retryable,
            ["running"] = JobState.Executing,
            ["completed"] = JobState.Completed,
            ["discarded"] = JobState.Discarded,
            ["cancelled"] = JobState.Cancelled,
        },
        Worker = "job.kind",
        Queue = "job.queue",
        ParentId = "job.metadata->>'parent_job_id'",
        ParentKey = new("metadata", "parent_job_id"),
        Announced = "job.metadata->>'expected_children'",
        Attempt = "job.attempt",
        MaxAttempts = "job.max_attempts",
        Priority = "job.priority",
        InsertedAt = "job.created_at",
        ScheduledAt = "job.scheduled_at",
        AttemptedAt = "job.attempted_at",
        FinishedAt = "job.finalized_at",
        AttemptedBy = "job.attempted_by[array_upper(job.attempted_by, 1)]",
        Args = "job.args",
        Meta = "job.metadata",
        // The last ones only, and each cut by itself: a cut through the whole would lose the newest.
        Errors = """
            (select jsonb_agg(jsonb_build_object('at', e->'at', 'attempt', e->'attempt', 'error', left(e->>'error', 10000), 'trace', left(e->>'trace', 10000)) order by n)
                from unnest(job.errors[greatest(cardinality(job.errors) - 4, 1):]) with ordinality u (e, n))
            """,
    };

    /// <inheritdoc/>
    public string VersionSql(SourceMapping mapping) => $"select max(version)::text from {SourceMapping.Quote(mapping.Schema)}.river_migration";

    /// <inheritdoc/>
    public Check Judge(SourceMapping mapping, string? version) => EngineVersion.Judge(Title, "migration", version, Newest);

    /// <inheritdoc/>
    public string JobPath => "/jobs/{id}";

    /// <inheritdoc/>
    public EngineStatement? Queues { get; } = new(
        "river_queue",
        "select q.name as queue, q.paused_at is not null as is_paused, q.paused_at, 'river_queue' as said_by, null::text as held from {schema}.river_queue q");

    /// <summary>
    /// A producer touches its queue's row when it starts and every ten minutes (producer.go, queueReportIntervalDefault); which client it is, the row does not say.
    /// </summary>
    public EngineStatement? Nodes { get; } = new(
        "river_queue",
        """
        select 'a client of River' as node, q.name as queue, null::timestamptz as started_at, q.updated_at as seen_at, q.updated_at > now() - interval '21 minutes' as is_alive
        from {schema}.river_queue q
        """);
}
