using JobLineage.Core.Model;

namespace JobLineage.Core.Lineage;

/// <summary>Sums placed jobs up by stage. Pure.</summary>
internal static class SnapshotBuilder
{
    /// <summary>A stage with more queues than this names none of them.</summary>
    private const int MaxQueues = 8;

    /// <summary>The picture of a run; its stages by depth, then path.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="jobs">The jobs, root first; not empty.</param>
    /// <param name="stages">The stages they are in.</param>
    /// <param name="paths">The paths of those.</param>
    /// <param name="asOf">The moment of the reading.</param>
    public static RunSnapshot Build(
        string source, IReadOnlyList<Placed> jobs, StageTree stages, IReadOnlyList<string> paths, DateTimeOffset asOf)
    {
        var names = stages.Names();
        var sums = new Sum[stages.Count];
        for (var stage = 0; stage < sums.Length; stage++)
            sums[stage] = new();
        var edges = new Dictionary<(int From, int To), long>();
        foreach (var job in jobs)
        {
            if (!job.IsMissing)
                sums[job.Stage].Add(job);
            if (job.Parent is { } parent)
                edges[(parent.Stage, job.Stage)] = edges.GetValueOrDefault((parent.Stage, job.Stage)) + 1;
        }

        var order = Enumerable.Range(0, stages.Count)
            .OrderBy(stages.Depth).ThenBy(s => paths[s], StringComparer.Ordinal).ToArray();
        var place = order.Select((stage, at) => (stage, at)).ToDictionary(p => p.stage, p => p.at);
        var built = order.Select(s => sums[s].ToStage(
            paths[s], stages.Parent(s) < 0 ? null : paths[stages.Parent(s)], stages.Worker(s), names[s], stages.Depth(s))).ToArray();
        var counts = built.Aggregate(default(StateCounts), (all, stage) => all + stage.Counts);
        return new()
        {
            Source = source,
            RootId = jobs[0].Row.Id,
            RunKey = jobs[0].Row.RunKey,
            Worker = jobs[0].Row.Worker,
            RootIsMissing = jobs[0].IsMissing,
            Version = 0,
            AsOf = asOf,
            Stages = built,
            Edges = [.. edges.OrderBy(e => place[e.Key.From]).ThenBy(e => place[e.Key.To]).Select(e => new StageEdge(paths[e.Key.From], paths[e.Key.To], e.Value))],
            Links = [.. Links(jobs).OrderBy(l => place[l.From]).ThenBy(l => place[l.To]).Select(l => new StageLink(paths[l.From], paths[l.To], l.Jobs))],
            LinksAreCut = jobs.Any(job => job.Row.Parents.Count >= FurtherParents.Most),
            Counts = counts,
            StartedAt = built.Min(s => s.FirstInsertedAt),
            FinishedAt = counts.Unfinished == 0 ? built.Max(s => s.LastFinishedAt) : null,
        };
    }

    /// <summary>The pairs of stages between which jobs have further parents, and how many jobs those are.</summary>
    private static IEnumerable<(int From, int To, long Jobs)> Links(IReadOnlyList<Placed> jobs)
    {
        if (jobs.All(job => job.Row.Parents.Count == 0))
            return [];
        var byId = jobs.ToDictionary(job => job.Row.Id, StringComparer.Ordinal);
        return jobs
            .SelectMany(job => job.Row.Parents.Select(parent => byId.GetValueOrDefault(parent)).OfType<Placed>().Select(parent => (From: parent.Stage, To: job.Stage)).Distinct())
            .GroupBy(link => link)
            .Select(group => (group.Key.From, group.Key.To, group.LongCount()));
    }

    private sealed class Sum
    {
        private readonly long[] states = new long[JobStates.All.Count];
        private readonly HashSet<string> queues = [];
        private long cycleCuts;
        private long childless;
        private DateTimeOffset? inserted;
        private DateTimeOffset? attempted;
        private DateTimeOffset? finished;
        private DateTimeOffset? available;
        private DateTimeOffset? executing;
        private DateTimeOffset? due;
        private long ran;
        private TimeSpan ranFor;

        public void Add(Placed job)
        {
            var row = job.Row;
            states[(int)job.State]++;
            if (queues.Count <= MaxQueues && row.Queue.Length > 0)
                queues.Add(row.Queue);
            if (job.IsCycleCut)
                cycleCuts++;
            // Where runs share a key a step's earlier jobs and the last step have none, and that says nothing.
            if (job.State == JobState.Completed && job.Children.Count == 0 && row.RunKey is null)
                childless++;
            inserted = Earlier(inserted, row.InsertedAt);
            attempted = Later(attempted, row.AttemptedAt);
            if (job.State.IsFinished())
                finished = Later(finished, row.FinishedAt);
            switch (job.State)
            {
                case JobState.Available:
                    available = Earlier(available, row.ScheduledAt ?? row.InsertedAt);
                    break;
                case JobState.Executing:
                    executing = Earlier(executing, row.AttemptedAt);
                    break;
                case JobState.Scheduled or JobState.Retryable:
                    due = Earlier(due, row.ScheduledAt);
                    break;
                case JobState.Completed when JobSpans.Ran(job.State, row.AttemptedAt, row.FinishedAt) is { } took:
                    ran++;
                    ranFor += took;
                    break;
            }
        }

        public Stage ToStage(string path, string? parent, string worker, string name, int depth) => new()
        {
            Path = path,
            ParentPath = parent,
            Worker = worker,
            Name = name,
            Depth = depth,
            Counts = new(states[0], states[1], states[2], states[3], states[4], states[5], states[6], states[7]),
            CycleCuts = cycleCuts,
            Childless = childless,
            Queues = queues.Count > MaxQueues ? [] : [.. queues.Order(StringComparer.Ordinal)],
            FirstInsertedAt = inserted,
            LastAttemptedAt = attempted,
            LastFinishedAt = finished,
            OldestAvailableAt = available,
            OldestExecutingAt = executing,
            NextDueAt = due,
            Ran = ran,
            MeanRun = ran > 0 ? ranFor / ran : null,
        };

        private static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b ?? a : a;

        private static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b ?? a : a;
    }
}
