using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Reading;

/// <summary>Puts the rows of <see cref="SnapshotSql"/> together to runs.</summary>
/// <param name="now">The moment of the reading.</param>
/// <param name="details">Whether <see cref="SnapshotSql.Details"/> was asked for.</param>
internal sealed class RunAssembler(DateTimeOffset now, bool details)
{
    private readonly Dictionary<long, Rows> runs = [];

    /// <summary>Takes a row, which begins with <see cref="SnapshotSql.Stage"/>; false when there is no run in it.</summary>
    public bool Add(RowCursor row)
    {
        if (row.LongOrNull() is not { } id)
            return false;
        var stage = Stage(row);
        if (!runs.TryGetValue(id, out var run))
        {
            runs[id] = run = new(
                row.Text(), row.Time(), row.Text(), row.TextOrNull(), row.Text(), row.Long(), row.Time(), row.TextOrNull(),
                (JobFlags)(row.ShortOrNull() ?? 0), row.Bool(), row.Short(), row.Int(), row.Long(), row.TextOrNull(), []);
        }

        run.Stages.Add(stage);
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
        var rootIsMissing = (run.RootFlags & (JobFlags.Missing | JobFlags.Blind)) == JobFlags.Missing;
        return new(new()
        {
            Source = run.Source,
            RootId = run.RootId,
            RunKey = run.RunKey,
            Worker = run.Worker,
            RootArgs = run.RootArgs,
            RootIsMissing = rootIsMissing,
            // A root that was never seen is not in the queue either.
            Pruned = run.Absent - (rootIsMissing ? 1 : 0) - stages.Sum(s => s.Vanished),
            Version = run.Version,
            // A source that was never read to the end has none.
            AsOf = run.AsOf ?? now,
            Stages = stages,
            Edges = Edges(rows, paths),
            Links = Links(rows, stages, paths),
            LinksAreCut = rows.Exists(s => s.LinksAreCut),
            Moves = StoredJson.Moves(run.Moves),
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

    private static List<StageLink> Links(List<StageRow> rows, List<Stage> stages, Dictionary<long, string> paths)
    {
        if (rows.TrueForAll(s => s.LinkFrom.Length == 0))
            return [];
        var place = stages.Select((stage, at) => (stage.Path, at)).ToDictionary(s => s.Path, s => s.at, StringComparer.Ordinal);
        var links = new List<StageLink>();
        foreach (var stage in rows)
        {
            for (var i = 0; i < stage.LinkFrom.Length; i++)
            {
                if (paths.TryGetValue(stage.LinkFrom[i], out var from))
                    links.Add(new(from, paths[stage.Id], stage.LinkJobs[i]));
            }
        }

        return [.. links.OrderBy(l => place[l.From]).ThenBy(l => place[l.To])];
    }

    private StageRow Stage(RowCursor row) => new(
        row.Long(), row.LongOrNull(), row.Text(), row.TextOrNull(), row.Int(), row.Counts(), row.Long(), row.Long(), row.Long(), row.Long(),
        row.Time(), row.Time(), row.Time(), row.Array<string>(), row.Time(), row.Time(), row.Time(), row.Array<long>(), row.Array<long>(),
        row.Long(), row.Long(), row.Long(), Facts(row), details ? row.Array<long>() : [], details ? row.Array<long>() : [], details && row.Bool());

    private StageFacts Facts(RowCursor row)
    {
        var facts = new StageFacts
        {
            Expected = row.Long(),
            Short = row.Long(),
            ShortParents = row.Long(),
            Lost = row.Long(),
            ReadyQueue = row.Queue(now),
            DueQueue = row.Queue(now),
            Executing = row.Attempts(),
        };
        return details ? facts.WithDetails(row) : facts;
    }

    private sealed record Rows(
        string Source, DateTimeOffset? AsOf, string RootId, string? RunKey, string Worker, long Version, DateTimeOffset? StartedAt,
        string? RootArgs, JobFlags RootFlags, bool IsSourceRead, short SourceId, int WorkerId, long Absent, string? Moves, List<StageRow> Stages);

    private sealed record StageRow(
        long Id, long? ParentId, string Worker, string? Step, int Depth, StateCounts Counts, long Vanished, long CycleCuts, long Parents,
        long Rows, DateTimeOffset? FirstInsertedAt, DateTimeOffset? LastAttemptedAt, DateTimeOffset? LastFinishedAt, string[] Queues,
        DateTimeOffset? OldestAvailableAt, DateTimeOffset? OldestExecutingAt, DateTimeOffset? NextDueAt, long[] EdgeTo, long[] EdgeJobs,
        long Ran, long RanMs, long WaitedMs, StageFacts Facts, long[] LinkFrom, long[] LinkJobs, bool LinksAreCut)
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
                Ran = Ran,
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
