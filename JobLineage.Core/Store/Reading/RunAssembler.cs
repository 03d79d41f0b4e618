using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Puts the rows of <see cref="SnapshotSql"/> together to runs.</summary>
/// <param name="at">Where the columns begin.</param>
/// <param name="now">The moment of the reading.</param>
/// <param name="details">Where <see cref="SnapshotSql.Details"/> begins; null when it was not asked for.</param>
internal sealed class RunAssembler(int at, DateTimeOffset now, int? details = null)
{
    /// <summary>How many columns there are.</summary>
    public const int Width = Absent + 1;

    private const int Absent = 47 + 2 * SnapshotSql.QueueWidth + 4;

    private readonly Dictionary<long, Rows> runs = [];

    /// <summary>Takes the reader's current row; false when there is no run in it.</summary>
    public bool Add(NpgsqlDataReader row)
    {
        if (row.IsDBNull(at + 2))
            return false;
        var id = row.GetInt64(at + 2);
        if (!runs.TryGetValue(id, out var run))
        {
            runs[id] = run = new(
                row.GetString(at), row.TimeAt(at + 1), row.GetString(at + 3), row.TextAt(at + 4), row.GetString(at + 5),
                row.GetInt64(at + 6), row.TimeAt(at + 7), row.TimeAt(at + 8), row.TextAt(at + 9),
                row.IsDBNull(at + 10) ? JobFlags.None : (JobFlags)row.GetInt16(at + 10),
                row.GetBoolean(at + 44), row.GetInt16(at + 45), row.GetInt32(at + 46), row.GetInt64(at + Absent), []);
        }

        run.Stages.Add(Stage(row));
        return true;
    }

    /// <summary>The runs by their number in the store, not yet diagnosed.</summary>
    public Dictionary<long, AssembledRun> Build() => runs.ToDictionary(r => r.Key, r => Build(r.Value));

    private AssembledRun Build(Rows run)
    {
        var rows = run.Stages.OrderBy(s => s.Depth).ThenBy(s => s.Id).ToList();
        var paths = StoredPaths.Of(rows.Select(s => (s.Id, s.ParentId, s.Worker, s.Step)));
        var stages = rows
            .Select(s => s.ToStage(paths))
            .OrderBy(s => s.Depth).ThenBy(s => s.Path, StringComparer.Ordinal)
            .ToList();
        var counts = stages.Aggregate(default(StateCounts), (sum, s) => sum + s.Counts);
        var facts = new RunFacts
        {
            IsSourceRead = run.IsSourceRead,
            Stages = rows.ToDictionary(s => paths[s.Id], s => s.Facts, StagePath.Comparer),
        };
        return new(new()
        {
            Source = run.Source,
            RootId = run.RootId,
            RunKey = run.RunKey,
            Worker = run.Worker,
            RootArgs = run.RootArgs,
            RootIsMissing = (run.RootFlags & JobFlags.Missing) != 0,
            // A root that was never seen is not in the queue either.
            Pruned = run.Absent - ((run.RootFlags & JobFlags.Missing) != 0 ? 1 : 0) - stages.Sum(s => s.Vanished),
            Version = run.Version,
            // A source that was never read to the end has none.
            AsOf = run.AsOf ?? now,
            Stages = stages,
            Edges = Edges(rows, paths),
            Counts = counts,
            StartedAt = run.StartedAt,
            FinishedAt = counts.Unfinished == 0 ? stages.Max(s => s.LastFinishedAt) : null,
        }, facts, run.SourceId, run.WorkerId);
    }

    private static List<StageEdge> Edges(List<StageRow> rows, Dictionary<long, string> paths)
    {
        var edges = new List<StageEdge>();
        foreach (var stage in rows)
        {
            // Where runs share a key there are no links: each step follows from the one before.
            if (stage is { Step: not null, ParentId: { } above })
                edges.Add(new(paths[above], paths[stage.Id], stage.Rows));
            for (var i = 0; i < stage.EdgeTo.Length; i++)
            {
                if (paths.TryGetValue(stage.EdgeTo[i], out var to))
                    edges.Add(new(paths[stage.Id], to, stage.EdgeJobs[i]));
            }
        }

        return edges;
    }

    private StageRow Stage(NpgsqlDataReader row)
    {
        var counts = default(StateCounts);
        foreach (var state in JobStates.All)
            counts = counts.Add(state, row.GetInt64(at + 16 + (int)state));
        var after = at + 24;
        return new(
            row.GetInt64(at + 11), row.LongAt(at + 12), row.GetString(at + 13), row.TextAt(at + 14),
            row.GetInt32(at + 15), counts,
            row.GetInt64(after), row.GetInt64(after + 1), row.GetInt64(after + 2), row.GetInt64(after + 3), row.TimeAt(after + 4),
            row.TimeAt(after + 5), row.TimeAt(after + 6), row.IsDBNull(after + 7) ? [] : row.GetFieldValue<string[]>(after + 7),
            row.TimeAt(after + 8), row.TimeAt(after + 9), row.TimeAt(after + 10),
            row.IsDBNull(after + 11) ? [] : row.GetFieldValue<long[]>(after + 11),
            row.IsDBNull(after + 12) ? [] : row.GetFieldValue<long[]>(after + 12),
            row.GetInt64(after + 13), row.GetInt64(after + 14), row.GetInt64(after + 15), Facts(row));
    }

    private StageFacts Facts(NpgsqlDataReader row)
    {
        const int queues = 47;
        var facts = new StageFacts
        {
            Expected = row.GetInt64(at + 40),
            Short = row.GetInt64(at + 41),
            ShortParents = row.GetInt64(at + 42),
            Lost = row.GetInt64(at + 43),
            ReadyQueue = FactRows.Queue(row, at + queues, now),
            DueQueue = FactRows.Queue(row, at + queues + SnapshotSql.QueueWidth, now),
            Executing = FactRows.Attempts(row, at + queues + 2 * SnapshotSql.QueueWidth),
        };
        return details is { } column ? facts.WithDetails(row, column) : facts;
    }

    private sealed record Rows(
        string Source, DateTimeOffset? AsOf, string RootId, string? RunKey, string Worker, long Version, DateTimeOffset? StartedAt,
        DateTimeOffset? LastActivityAt, string? RootArgs, JobFlags RootFlags, bool IsSourceRead, short SourceId, int WorkerId, long Absent, List<StageRow> Stages);

    private sealed record StageRow(
        long Id, long? ParentId, string Worker, string? Step, int Depth, StateCounts Counts, long Vanished, long CycleCuts, long Parents,
        long Rows, DateTimeOffset? FirstInsertedAt, DateTimeOffset? LastAttemptedAt, DateTimeOffset? LastFinishedAt, string[] Queues,
        DateTimeOffset? OldestAvailableAt, DateTimeOffset? OldestExecutingAt, DateTimeOffset? NextDueAt, long[] EdgeTo, long[] EdgeJobs,
        long Ran, long RanMs, long WaitedMs, StageFacts Facts)
    {
        public Stage ToStage(Dictionary<long, string> paths)
        {
            var path = paths[Id];
            return new()
            {
                Path = path,
                ParentPath = ParentId is { } parent ? paths[parent] : null,
                Worker = Worker,
                Name = StagePath.NameOf(path),
                Depth = Depth,
                Counts = Counts,
                Vanished = Vanished,
                CycleCuts = CycleCuts,
                Childless = Step is null ? Counts.Completed - Parents : 0,
                MeanRun = Ran > 0 ? TimeSpan.FromMilliseconds((double)RanMs / Ran) : null,
                MeanWait = Ran > 0 ? TimeSpan.FromMilliseconds((double)WaitedMs / Ran) : null,
                Queues = [.. Queues.Where(q => q.Length > 0)],
                FirstInsertedAt = FirstInsertedAt,
                LastAttemptedAt = LastAttemptedAt,
                LastFinishedAt = LastFinishedAt,
                OldestAvailableAt = OldestAvailableAt,
                OldestExecutingAt = OldestExecutingAt,
                NextDueAt = NextDueAt,
            };
        }
    }
}

/// <summary>A run as the store has it.</summary>
/// <param name="Run">Its picture, not yet diagnosed.</param>
/// <param name="Facts">What else is known of it.</param>
/// <param name="SourceId">The source's number.</param>
/// <param name="WorkerId">The number of the root worker's label.</param>
internal sealed record AssembledRun(RunSnapshot Run, RunFacts Facts, short SourceId, int WorkerId);
