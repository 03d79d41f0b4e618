using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Reading;

/// <summary>What a diagnosis wants to know of a single, read with the job's own row.</summary>
internal static class AloneFacts
{
    /// <summary>Needs <c>j</c> (job), <c>src</c> (source), <see cref="JobSql.Joins"/> and <see cref="Joins"/> in scope.</summary>
    public const string Columns =
        """
        src.backfilled, j.expected, jn.last_seen_at, jf.text,
        jq.text, jqq.available, jqq.executing, jqq.last_attempted_at, jqq.starts, jqq.starts_at, j.attempted_by
        """;

    /// <summary>The job's queue, node and error.</summary>
    public static readonly string Joins =
        $"""
        left join job_lineage.queue jqq on jqq.source_id = j.source_id and jqq.queue = j.queue
        left join job_lineage.node jn on jn.source_id = j.source_id and jn.name = left(j.attempted_by, {Ingest.QueueDeltas.NodeLimit})
        left join job_lineage.fingerprint jf on jf.id = j.fingerprint
        """;

    /// <summary>The facts of a single.</summary>
    public static RunFacts Of(RowCursor row, RunSnapshot run, DateTimeOffset now)
    {
        var (isSourceRead, announced, seenAt, error) = (row.Bool(), row.IntOrNull(), row.Time(), row.TextOrNull());
        var (queue, node) = (row.Queue(now), row.TextOrNull());
        var stage = run.Stages[0];
        var expected = run.RunKey is null ? announced ?? 0 : 0;
        string[] sample = [run.RootId];
        var facts = new StageFacts { ReadyQueue = queue, DueQueue = queue, Ready = sample, Due = sample };
        if (stage.Counts.Executing > 0 && stage.LastAttemptedAt is { } since)
            facts = facts with { Executing = [new(run.RootId, since, node, seenAt)] };
        if (stage.Counts.Discarded > 0)
        {
            facts = facts with
            {
                Failed = [new(run.RootId, stage.LastFinishedAt)],
                Errors = error is { } print ? [new(print, 1)] : [],
                ErrorKinds = 1,
            };
        }

        // A single has no child: all that it announced are missing.
        if (stage.Counts.Completed > 0)
            facts = facts with { Expected = expected, Short = expected, ShortParents = expected > 0 ? 1 : 0, ShortJobs = sample };
        else if (stage.Counts.Discarded + stage.Counts.Cancelled > 0)
            facts = facts with { Lost = expected };
        return new()
        {
            IsSourceRead = isSourceRead,
            Stages = new Dictionary<string, StageFacts> { [stage.Path] = facts },
        };
    }
}
