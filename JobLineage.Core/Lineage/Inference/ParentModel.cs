namespace JobLineage.Core.Lineage.Inference;

/// <summary>
/// Shares each job out among the jobs that may be its parent. How many children jobs of a worker have among those of
/// another, and which values they hand down, is learnt from the jobs themselves, by expectation and maximisation, and from
/// links that are recorded. Pure.
/// </summary>
/// <remarks>
/// Children come to a job like rain: evenly over the time it runs, at a rate that its worker and theirs decide. What rains
/// from nowhere (jobs that a web request or a clock inserted) has a rate for each worker too. A worker whose jobs ran at
/// the insertion of all jobs of another is the likelier parent than one that ran at some of them only, and a worker is
/// seldom its own parent.
/// </remarks>
internal sealed class ParentModel
{
    private const int Rounds = 8;
    private const int MostCandidates = 32;
    private const double OwnWorker = 0.01;
    private const double FromNowhere = 0.1;
    private const double Bulk = 0.5;
    private const double LateWeight = 0.002;
    private const double LeastRate = 1e-9;

    // A worker that ran at nine of ten insertions is half as believable as one that ran at all.
    private const double Coverage = 6;

    private readonly IReadOnlyList<InferenceJob> jobs;
    private readonly DateTimeOffset asOf;
    private readonly Dictionary<(int, int), WorkerPair> pairs = [];
    private readonly List<Candidate>[] candidates;
    private readonly double[] nowhere;
    private readonly int[] children;
    private readonly int[] parents;
    private readonly double span;
    private readonly IReadOnlyList<IReadOnlyList<InferenceJob>> bulks;

    /// <param name="jobs">All jobs in the order of insertion.</param>
    /// <param name="root">The root that is asked about: it has no parent.</param>
    /// <param name="workers">Full worker names, by number.</param>
    /// <param name="known">Links that were recorded elsewhere.</param>
    /// <param name="asOf">Until when a job without an end counts as running.</param>
    public ParentModel(IReadOnlyList<InferenceJob> jobs, InferenceJob root, IReadOnlyList<string> workers, IReadOnlyList<KnownSpawn> known, DateTimeOffset asOf)
    {
        (this.jobs, this.asOf) = (jobs, asOf);
        Values = new(jobs);
        candidates = new List<Candidate>[jobs.Count];
        (nowhere, children, parents) = (new double[workers.Count], new int[workers.Count], new int[workers.Count]);
        foreach (var job in jobs)
        {
            children[job.Worker]++;
            if (job.MayHaveRun)
                parents[job.Worker]++;
        }

        Coarse = Resolution(jobs);
        var times = jobs.Where(j => j.Row.InsertedAt is not null).Select(j => j.Row.InsertedAt!.Value).ToList();
        span = times.Count > 1 ? Math.Max((times.Max() - times.Min()).TotalSeconds, 1) : 3600;
        bulks = InsertedAtOnce(jobs);
        Find(root);
        var numbers = workers.Select((name, number) => (name, number)).ToDictionary(w => w.name, w => w.number);
        foreach (var spawn in known)
        {
            if (numbers.TryGetValue(spawn.Parent, out var parent) && numbers.TryGetValue(spawn.Child, out var child))
                (PairOf(parent, child).Recorded, PairOf(parent, child).RecordedParents) = (spawn.Links, spawn.Parents);
        }

        Learn();
    }

    /// <summary>The values.</summary>
    public ValueLinks Values { get; }

    /// <summary>The jobs that may be the parent of one, with their shares; what they lack to 1 is the share of nobody.</summary>
    public IReadOnlyList<Candidate> ParentsOf(InferenceJob job) => candidates[job.Order];

    /// <summary>What insertions are cut to: a second or a millisecond; zero where the clock tells microseconds.</summary>
    public TimeSpan Coarse { get; }

    /// <summary>How many jobs were inserted in the same instant; 0 where the clock is too coarse to tell.</summary>
    public int InBulkWith(InferenceJob job) => bulkSize.GetValueOrDefault(job.Order);

    private readonly Dictionary<int, int> bulkSize = [];

    /// <summary>Who may be whose parent, by time and by rare values.</summary>
    private void Find(InferenceJob root)
    {
        var byStart = jobs.Where(j => j.MayHaveRun).Select(j => (Job: j, Reach: Timing.Reach(j, Coarse)))
            .OrderBy(p => p.Reach.From ?? DateTimeOffset.MinValue).ToList();
        var byId = jobs.ToDictionary(j => j.Row.Id);
        var active = new List<(InferenceJob Job, DateTimeOffset? Until)>();
        var next = 0;
        foreach (var child in jobs)
        {
            var found = candidates[child.Order] = [];
            var at = child.Row.InsertedAt;
            if (at is not null)
            {
                for (; next < byStart.Count && (byStart[next].Reach.From ?? DateTimeOffset.MinValue) <= at; next++)
                    active.Add((byStart[next].Job, byStart[next].Reach.Until));
                active.RemoveAll(a => a.Until < at);
            }

            if (child == root)
                continue;
            if (child.IsRecorded)
            {
                // Known: there is nothing to share out, and much to learn from.
                if (child.Row.Parent is { } named && byId.TryGetValue(named, out var parent))
                    Add(found, parent, child, 0, TimingKind.WhileRunning, 1);
                continue;
            }

            var near = at is null ? [] : active.Where(a => Precedes(a.Job, child))
                .Select(a => (a.Job, Time: Timing.Of(a.Job, at.Value, asOf, Coarse))).Where(a => a.Time is not null)
                .OrderByDescending(a => a.Time!.Value.Density).ToList();
            // Of very many the shortest, and those that have something in common with it.
            var related = near.Count > MostCandidates || at is null || near.Count == 0 ? Values.Relatives(child).ToHashSet() : [];
            foreach (var (job, time) in near.Where((a, n) => n < MostCandidates || a.Job == root || related.Contains(a.Job)).Take(MostCandidates * 2))
                Add(found, job, child, Math.Log(time!.Value.Density), time.Value.Kind, 0);
            AddLate(found, child, root);
        }

        foreach (var child in jobs)
        {
            foreach (var candidate in candidates[child.Order])
                ValueLinks.FindPresent(candidate, child);
        }
    }

    /// <summary>Those that had ended, or of which no times are known, and have rare values in common with the child.</summary>
    private void AddLate(List<Candidate> found, InferenceJob child, InferenceJob root)
    {
        var late = Values.Relatives(child).Where(j => j.MayHaveRun && Precedes(j, child)).Take(8).Append(root)
            .Where(j => found.All(c => c.Parent != j) && Precedes(j, child));
        foreach (var parent in late.Distinct().ToList())
        {
            var unknown = child.Row.InsertedAt is null || parent.Row.InsertedAt is null;
            Add(found, parent, child, Math.Log((unknown ? 1 : LateWeight) / span), unknown ? TimingKind.Unknown : TimingKind.Late, 0);
        }
    }

    private bool Precedes(InferenceJob parent, InferenceJob child) =>
        parent.Order < child.Order && (parent.Row.InsertedAt is null || child.Row.InsertedAt is null || parent.Row.InsertedAt < child.Row.InsertedAt + Coarse);

    private void Add(List<Candidate> found, InferenceJob parent, InferenceJob child, double logTime, TimingKind timing, double share)
    {
        var pair = PairOf(parent.Worker, child.Worker);
        if (timing is not (TimingKind.Late or TimingKind.NearRun) && found.All(c => c.Pair != pair))
            pair.Covered++;
        var candidate = new Candidate { Parent = parent, LogTime = logTime, Timing = timing, Pair = pair, Share = share };
        Values.Compare(candidate, child);
        found.Add(candidate);
    }

    private WorkerPair PairOf(int parent, int child) =>
        pairs.TryGetValue((parent, child), out var pair) ? pair : pairs[(parent, child)] = new(parent, child);

    private void Learn()
    {
        foreach (var pair in pairs.Values)
        {
            var known = Math.Max(parents[pair.Parent], 1);
            pair.Prior = pair.Recorded > 0 ? 1 : Math.Pow((double)pair.Covered / children[pair.Child], Coverage) * (pair.Parent == pair.Child ? OwnWorker : 1);
            pair.Rate = Math.Max(pair.Recorded > 0 ? (double)pair.Recorded / pair.RecordedParents : pair.Prior * children[pair.Child] / known, LeastRate);
        }

        for (var worker = 0; worker < nowhere.Length; worker++)
            nowhere[worker] = FromNowhere * children[worker] / span;
        for (var round = 0; round < Rounds; round++)
        {
            Share();
            Maximise();
        }

        Share();
    }

    /// <summary>Expectation: each job is shared out by what is learnt so far.</summary>
    private void Share()
    {
        foreach (var child in jobs)
        {
            foreach (var candidate in candidates[child.Order])
                candidate.Values = ValueLinks.Weigh(candidate);
        }

        var together = new Dictionary<InferenceJob, double>();
        foreach (var bulk in bulks)
        {
            // What one of them says speaks for all: a bulk insert has one author.
            together.Clear();
            foreach (var candidate in bulk.Where(j => !j.IsRecorded).SelectMany(j => candidates[j.Order]))
                together[candidate.Parent] = together.GetValueOrDefault(candidate.Parent) + candidate.Values;
            foreach (var child in bulk.Where(j => !j.IsRecorded))
                ShareOut(child, candidate => Math.Clamp(Bulk * (together[candidate.Parent] - candidate.Values), -8, 8));
        }
    }

    private void ShareOut(InferenceJob child, Func<Candidate, double> bulk)
    {
        var found = candidates[child.Order];
        if (found.Count == 0)
            return;
        var logs = found.ConvertAll(c => Math.Log(c.Pair.Rate) + c.LogTime + c.Values + bulk(c));
        var none = Math.Log(nowhere[child.Worker] + 1e-12);
        var top = Math.Max(none, logs.Max());
        var sum = Math.Exp(none - top) + logs.Sum(l => Math.Exp(l - top));
        for (var at = 0; at < found.Count; at++)
            found[at].Share = Math.Exp(logs[at] - top) / sum;
    }

    /// <summary>Maximisation: rates and ways that make these shares the likeliest.</summary>
    private void Maximise()
    {
        var got = new Dictionary<WorkerPair, double>();
        foreach (var way in pairs.Values.SelectMany(p => p.Ways))
            (way.Agreed, way.Met) = (0, 0);
        var alone = new double[nowhere.Length];
        foreach (var child in jobs)
        {
            var left = 1.0;
            foreach (var candidate in candidates[child.Order])
            {
                left -= candidate.Share;
                got[candidate.Pair] = got.GetValueOrDefault(candidate.Pair) + candidate.Share;
                for (var way = 0; way < candidate.Pair.Ways.Count; way++)
                {
                    if ((candidate.Present & (1u << way)) == 0)
                        continue;
                    candidate.Pair.Ways[way].Met += candidate.Share;
                    if ((candidate.Agree & (1u << way)) != 0)
                        candidate.Pair.Ways[way].Agreed += candidate.Share;
                }
            }

            alone[child.Worker] += left;
        }

        foreach (var pair in pairs.Values)
        {
            // Recorded links count like so many jobs more; a pair that never gets anything is not given up.
            var sum = got.GetValueOrDefault(pair);
            pair.Habit = sum / children[pair.Child];
            pair.Rate = Math.Max(pair.Prior * (sum + pair.Recorded) / Math.Max(parents[pair.Parent] + pair.RecordedParents, 1), LeastRate);
            foreach (var way in pair.Ways)
                way.Agreement = (way.Agreed + 1) / (way.Met + 2);
        }

        for (var worker = 0; worker < nowhere.Length; worker++)
            nowhere[worker] = (alone[worker] + FromNowhere) / span;
    }

    private static TimeSpan Resolution(IReadOnlyList<InferenceJob> all)
    {
        var times = all.Where(j => j.Row.InsertedAt is not null).Select(j => j.Row.InsertedAt!.Value.Ticks).ToList();
        bool MostlyWhole(long ticks) => times.Count(t => t % ticks == 0) * 2 > times.Count;
        return MostlyWhole(TimeSpan.TicksPerSecond) ? TimeSpan.FromSeconds(1) : MostlyWhole(TimeSpan.TicksPerMillisecond) ? TimeSpan.FromMilliseconds(1) : TimeSpan.Zero;
    }

    /// <summary>Jobs by the instant of their insertion; each alone where the clock does not tell microseconds.</summary>
    private IReadOnlyList<IReadOnlyList<InferenceJob>> InsertedAtOnce(IReadOnlyList<InferenceJob> all)
    {
        if (Coarse > TimeSpan.Zero)
            return [.. all.Select(j => (IReadOnlyList<InferenceJob>)[j])];
        var timed = all.Where(j => j.Row.InsertedAt is not null).ToList();
        var groups = timed.GroupBy(j => j.Row.InsertedAt).Select(g => (IReadOnlyList<InferenceJob>)[.. g]).ToList();
        foreach (var group in groups.Where(g => g.Count > 1))
        {
            foreach (var job in group)
                bulkSize[job.Order] = group.Count - 1;
        }

        groups.AddRange(all.Where(j => j.Row.InsertedAt is null).Select(j => (IReadOnlyList<InferenceJob>)[j]));
        return groups;
    }
}
