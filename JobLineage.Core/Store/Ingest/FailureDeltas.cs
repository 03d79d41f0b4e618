using System.Text.Json;
using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Ingest;

/// <summary>A final failure that a batch brings.</summary>
/// <param name="Key">The job's key.</param>
/// <param name="Facts">The job as it failed.</param>
/// <param name="Job">The job as it was read.</param>
/// <param name="AtFirstSight">Whether the first reading of the table found it so.</param>
/// <param name="WasKnown">Whether the store had the job before.</param>
/// <param name="Target">What the job works on; null when it does not say.</param>
internal readonly record struct FailureDelta(string Key, NodeFacts Facts, Job Job, bool AtFirstSight, bool WasKnown, string? Target);

/// <summary>Which jobs of a batch have failed for good, each time anew, and their entry in the store.</summary>
internal static class FailureDeltas
{
    /// <summary>Characters of an error that a digest may show.</summary>
    private const int MessageLimit = 1_000;

    private const int TargetLimit = 100;

    /// <summary>The final failures of a batch. Pure.</summary>
    public static IReadOnlyList<FailureDelta> Of(IEnumerable<Node> nodes, IReadOnlyList<string> targetKeys, bool isBackfilled)
    {
        List<FailureDelta>? failures = null;
        foreach (var node in nodes)
        {
            if (node.Incoming is { } job && node.New.State == JobState.Discarded && IsNews(node))
            {
                (failures ??= []).Add(new(
                    node.Id, node.New, job, !isBackfilled && !IsKnown(node), IsKnown(node), Target(job.Args, targetKeys) ?? Target(job.Meta, targetKeys)));
            }
        }

        return failures ?? [];
    }

    /// <summary>Adds the statements; none when nothing has failed.</summary>
    /// <param name="batch">Gets them.</param>
    /// <param name="sourceId">The source's number.</param>
    /// <param name="failures">The failures.</param>
    /// <param name="hasReturned">Whether an id of the source has ever come back.</param>
    public static void Add(NpgsqlBatch batch, short sourceId, IReadOnlyList<FailureDelta> failures, bool hasReturned)
    {
        if (failures.Count == 0)
            return;
        // A job that was set aside, and came back when the store no longer had it: what it failed with before is told already.
        if (hasReturned)
        {
            batch.Add(
                """
                update job_lineage.failure f set job_id = d.job_id
                from unnest($2, $3) d (job_id, earlier)
                where f.source_id = $1 and f.job_id = d.earlier
                """,
                sourceId,
                Parameters.Texts(failures.Where(f => f.Facts.InsertedAt is not null).Select(f => f.Key)),
                Parameters.Texts(failures.Where(f => f.Facts.InsertedAt is not null).Select(f => JobKeys.Earlier(f.Key, f.Facts.InsertedAt!.Value))));
        }

        batch.Add(
            """
            insert into job_lineage.failure (source_id, job_id, attempt, attempted_at, finished_at, nth, failed_at, at_first_sight,
                worker, max_attempts, fingerprint, message, target, inserted_at)
            select $1, d.job_id, d.attempt, coalesce(d.attempted_at, '-infinity'), coalesce(d.finished_at, '-infinity'),
                -- Nothing but having been seen tells two failures of such a job apart.
                case when d.attempted_at is null and d.finished_at is null
                    then coalesce((select max(f.nth) + 1 from job_lineage.failure f where f.source_id = $1 and f.job_id = d.job_id), 0)
                    else 0 end,
                d.failed_at, d.at_first_sight, d.worker, d.max_attempts, d.fingerprint, d.message, d.target, d.inserted_at
            from unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
                d (job_id, attempt, attempted_at, finished_at, failed_at, at_first_sight, worker, max_attempts, fingerprint, message, target, inserted_at, was_known)
            -- One that the store had dropped, or set aside, and is read again as it was.
            where d.was_known or d.attempted_at is not null or d.finished_at is not null or d.inserted_at is null or not exists (
                select from job_lineage.failure f
                where f.source_id = $1 and f.job_id = d.job_id and f.attempt = d.attempt and f.inserted_at = d.inserted_at)
            on conflict (source_id, job_id, attempt, attempted_at, finished_at, nth) do nothing
            """,
            sourceId,
            Parameters.Texts(failures.Select(f => f.Key)),
            Parameters.Ints(failures.Select(f => f.Facts.Attempt)),
            Parameters.Times(failures.Select(f => f.Facts.AttemptedAt)),
            Parameters.Times(failures.Select(f => f.Facts.FinishedAt)),
            Parameters.Times(failures.Select(f => FailedAt(f.Facts))),
            Parameters.Bools(failures.Select(f => f.AtFirstSight)),
            Parameters.Ints(failures.Select(f => f.Facts.Worker)),
            Parameters.Ints(failures.Select(f => f.Job.MaxAttempts)),
            Parameters.NullableInts(failures.Select(f => f.Facts.Fingerprint)),
            Parameters.Texts(failures.Select(f => Message(f.Job))),
            Parameters.Texts(failures.Select(f => f.Target)),
            Parameters.Times(failures.Select(f => f.Facts.InsertedAt)),
            Parameters.Bools(failures.Select(f => f.WasKnown)));
    }

    /// <summary>What the ledger says of a job's insertion goes with a corrected mapping.</summary>
    public static async Task CorrectAsync(NpgsqlConnection connection, short sourceId, IEnumerable<Node> nodes, CancellationToken cancellation)
    {
        var corrected = nodes.Where(n => n is { Exists: true, Incoming: not null } && n.Old.InsertedAt is not null && n.Old.InsertedAt != n.New.InsertedAt).ToList();
        if (corrected.Count == 0)
            return;
        await using var correct = new NpgsqlCommand(
            """
            update job_lineage.failure f set inserted_at = d.now
            from unnest($2, $3, $4) d (job_id, before, now)
            where f.source_id = $1 and f.job_id = d.job_id and (f.inserted_at is null or f.inserted_at = d.before)
            """, connection).With(
            sourceId, Parameters.Texts(corrected.Select(n => n.Id)), Parameters.Times(corrected.Select(n => n.Old.InsertedAt)),
            Parameters.Times(corrected.Select(n => n.New.InsertedAt)));
        await correct.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// A job that was not discarded when it was last seen, or that was retried and failed again between two looks. Another
    /// failure takes another attempt: a row that is only written anew (failed, then given up by a janitor) is the one it was.
    /// </summary>
    private static bool IsNews(Node node)
    {
        var (old, now) = (node.Old, node.New);
        if (!IsKnown(node) || old.State != JobState.Discarded)
            return true;
        if (old.Attempt != now.Attempt || (now.AttemptedAt is not null && old.AttemptedAt != now.AttemptedAt))
            return true;
        return now.AttemptedAt is null && old.FinishedAt is not null && now.FinishedAt is not null && old.FinishedAt != now.FinishedAt;
    }

    private static bool IsKnown(Node node) => node.Exists && (node.Old.Flags & JobFlags.Missing) == 0;

    private static DateTimeOffset? FailedAt(in NodeFacts facts) =>
        Finite(facts.FinishedAt) ?? Finite(facts.AttemptedAt) ?? Finite(facts.ScheduledAt) ?? Finite(facts.InsertedAt);

    /// <summary>The ends of time stand for Postgres' infinities.</summary>
    private static DateTimeOffset? Finite(DateTimeOffset? time) =>
        time > DateTimeOffset.MinValue && time < DateTimeOffset.MaxValue ? time : null;

    private static string? Message(Job job) =>
        job.Errors.Count == 0 ? null : TextLimit.Cut(job.Errors[^1].Message, MessageLimit).ToString();

    /// <summary>The first of these keys that a JSON object has; nothing where the text was cut.</summary>
    private static string? Target(string? json, IReadOnlyList<string> keys)
    {
        if (json is null || keys.Count == 0)
            return null;
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            foreach (var key in keys)
            {
                if (document.RootElement.TryGetProperty(key, out var value)
                    && value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
                    return TextLimit.Cut(value.ToString(), TargetLimit).ToString().Replace('\0', '\uFFFD');
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Cut off, or half of a surrogate pair: it names nothing.
        }

        return null;
    }
}
