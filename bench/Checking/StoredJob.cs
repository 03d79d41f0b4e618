using JobLineage.Core.Model;
using JobLineage.Core.Postgres;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Ingest;
using Npgsql;

namespace JobLineage.Bench.Checking;

/// <summary>A job as the store has it.</summary>
internal sealed record StoredJob(
    string Id, string? ParentId, string? RunKey, string Worker, int WorkerLabel, JobState State, JobFlags Flags, int Attempt, long? Run, long? Stage,
    int Children, long Hash, DateTimeOffset? InsertedAt)
{
    /// <summary>What of its course nothing else is compared by.</summary>
    public required JobCourse Course { get; init; }

    /// <summary>Arguments, meta data and errors.</summary>
    public required JobPayload Payload { get; init; }

    /// <summary>Whether they lie in the job's row and beside it.</summary>
    public required bool IsTwice { get; init; }

    public bool IsMissing => (Flags & JobFlags.Missing) != 0;

    public bool IsGone => (Flags & JobFlags.Gone) != 0;

    public bool IsVanished => (Flags & JobFlags.Vanished) != 0;

    public bool IsCut => (Flags & JobFlags.CycleCut) != 0;

    public string? Link => RunKey ?? ParentId;

    public string? Followed => IsCut ? null : ParentId;

    public string Absence => IsMissing ? "never seen" : IsVanished ? "vanished" : "gone";

    public static async Task<Dictionary<string, StoredJob>> ReadAsync(NpgsqlDataSource store, string source, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            """
            select j.id, j.parent_id, j.run_key, l.text, j.worker, j.state, j.flags, j.attempt, j.run_id, j.stage_id, j.children, j.hash, j.inserted_at,
                q.text, p.text, j.scheduled_at, j.attempted_at, j.finished_at, j.attempted_by, j.expected,
                coalesce(b.args, j.args), coalesce(b.meta, j.meta), coalesce(b.errors, j.errors), b.id is not null and num_nonnulls(j.args, j.meta, j.errors) > 0
            from job_lineage.job j
            left join job_lineage.payload b on b.source_id = j.source_id and b.id = j.id
            left join job_lineage.label l on l.id = j.worker
            left join job_lineage.label q on q.id = j.queue
            left join job_lineage.label p on p.id = j.step
            where j.source_id = (select id from job_lineage.source where name = $1)
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        var jobs = new Dictionary<string, StoredJob>(StringComparer.Ordinal);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            var id = row.GetString(0);
            jobs[id] = new(
                id, Text(row, 1), Text(row, 2), Text(row, 3) ?? $"(label {row.GetInt32(4)}, which has no text)", row.GetInt32(4), (JobState)row.GetInt16(5),
                (JobFlags)row.GetInt16(6), row.GetInt32(7), Long(row, 8), Long(row, 9), row.GetInt32(10), row.GetInt64(11),
                row.TimeAt(12))
            {
                Course = new(Text(row, 13), Text(row, 14), row.TimeAt(15), row.TimeAt(16), row.TimeAt(17), Text(row, 18), row.IsDBNull(19) ? null : row.GetInt32(19)),
                Payload = new(Text(row, 20), Text(row, 21), Text(row, 22)),
                IsTwice = row.GetBoolean(23),
            };
        }

        return jobs;
    }

    /// <summary>The keys of rows that lie beside no job.</summary>
    public static async Task<IReadOnlyList<string>> WidowedAsync(NpgsqlDataSource store, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            "select p.id from job_lineage.payload p where not exists (select from job_lineage.job j where j.source_id = p.source_id and j.id = p.id) order by p.id");
        var ids = new List<string>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
            ids.Add(row.GetString(0));
        return ids;
    }

    /// <summary>The rows, each with its member, that the store has put aside.</summary>
    public static async Task<IReadOnlyList<(string Id, string Member)>> PutAsideAsync(NpgsqlDataSource store, string source, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            "select native_id, member from job_lineage.put_aside where source_id = (select id from job_lineage.source where name = $1)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        var rows = new List<(string, string)>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
            rows.Add((row.GetString(0), row.GetString(1)));
        return rows;
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static long? Long(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);
}

/// <summary>What a job does, and when.</summary>
internal sealed record JobCourse(
    string? Queue, string? Step, DateTimeOffset? ScheduledAt, DateTimeOffset? AttemptedAt, DateTimeOffset? FinishedAt, string? AttemptedBy, int? Expected)
{
    /// <summary>That of a job as it was read from its source.</summary>
    public static JobCourse Of(Job job) =>
        new(job.Queue, job.Step, job.ScheduledAt, job.AttemptedAt, job.FinishedAt, job.AttemptedBy, job.ExpectedChildren);
}

/// <summary>A stage as the store has it.</summary>
internal sealed record StoredStage(long Id, long Run, long? Parent, int Worker, int Depth, string Root)
{
    public static async Task<Dictionary<long, StoredStage>> ReadAsync(NpgsqlDataSource store, string source, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            """
            select s.id, s.run_id, s.parent_id, s.worker, s.depth, r.root_id
            from job_lineage.stage s join job_lineage.run r on r.source_id = s.source_id and r.id = s.run_id
            where r.source_id = (select id from job_lineage.source where name = $1)
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        var stages = new Dictionary<long, StoredStage>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
            stages[row.GetInt64(0)] = new(row.GetInt64(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetInt64(2), row.GetInt32(3), row.GetInt32(4), row.GetString(5));
        return stages;
    }
}
