using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Ingest;

/// <summary>
/// What a batch changes in the counters, worked out from every node as it was and as it will be. Pure.
/// </summary>
internal sealed class Deltas
{
    public Dictionary<long, StageDelta> Stages { get; } = [];

    public Dictionary<(long From, long To), long> Edges { get; } = [];

    public Dictionary<(long Stage, int Fingerprint), (long Final, long Retrying)> Errors { get; } = [];

    public Dictionary<int, long[]> Singles { get; } = [];

    /// <summary>Runs in which anything changed, counters or not.</summary>
    public HashSet<long> Runs { get; } = [];

    public static Deltas Of(IReadOnlyDictionary<string, Node> nodes)
    {
        var deltas = new Deltas();
        foreach (var node in nodes.Values)
        {
            if (node.Exists)
                deltas.Count(node.Old, -1);
            if (!node.IsDropped)
                deltas.Count(node.New, +1);
            // A row that has left its table may leave all counts as they were; its run is shown anew all the same.
            if (node.Incoming is not null || node.IsAffected || node.Old.Flags != node.New.Flags)
                deltas.Touch(node);
            if (node.IsAffected || node.OldFollowed != node.Followed)
                deltas.Link(node, nodes);
        }

        foreach (var (stage, delta) in deltas.Stages)
        {
            if (!delta.IsNothing)
                deltas.Runs.Add(delta.Run);
        }

        return deltas;
    }

    private void Count(in NodeFacts facts, int sign)
    {
        if (facts.StageId is not { } stageId)
        {
            if ((facts.Flags & (JobFlags.Missing | JobFlags.Vanished)) == 0)
                Single(facts.Worker)[(int)facts.State] += sign;
            return;
        }

        var stage = Stage(stageId, facts.RunId!.Value);
        stage.Rows += sign;
        // What can't be read is there all the same.
        if ((facts.Flags & JobFlags.Gone) != 0 || (facts.Flags & (JobFlags.Missing | JobFlags.Blind)) == JobFlags.Missing)
            stage.Absent += sign;
        if ((facts.Flags & JobFlags.CycleCut) != 0)
            stage.CycleCuts += sign;
        if ((facts.Flags & JobFlags.Missing) != 0)
            return;
        if ((facts.Flags & JobFlags.Vanished) != 0)
        {
            stage.Vanished += sign;
            return;
        }

        stage.Counts[(int)facts.State] += sign;
        if (facts is { State: JobState.Completed, Children: > 0 })
            stage.Parents += sign;
        Expect(stage, facts, sign);
        Time(stage, facts, sign);
        if (facts.Fingerprint is { } fingerprint)
        {
            var (final, retrying) = Errors.GetValueOrDefault((stageId, fingerprint));
            Errors[(stageId, fingerprint)] = facts.State == JobState.Discarded ? (final + sign, retrying) : (final, retrying + sign);
        }
    }

    private static void Expect(StageDelta stage, in NodeFacts facts, int sign)
    {
        if (facts.Expected is not > 0)
            return;
        long expected = facts.Expected.Value;
        var gap = Math.Max(expected - facts.Children, 0);
        switch (facts.State)
        {
            case JobState.Completed:
                stage.Expected += sign * expected;
                stage.ShortChildren += sign * gap;
                stage.ShortParents += gap > 0 ? sign : 0;
                break;
            case JobState.Discarded or JobState.Cancelled:
                stage.LostChildren += sign * gap;
                break;
        }
    }

    private static void Time(StageDelta stage, in NodeFacts facts, int sign)
    {
        if (facts is not { State: JobState.Completed, AttemptedAt: { } attempted, FinishedAt: { } finished }
            || !IsFinite(attempted) || !IsFinite(finished))
            return;
        stage.Ran += sign;
        stage.RanMs += sign * Milliseconds(attempted, finished);
        if (facts.ScheduledAt is { } due && IsFinite(due))
            stage.WaitedMs += sign * Milliseconds(due, attempted);
    }

    /// <summary>The ends of time stand for Postgres' infinities.</summary>
    private static bool IsFinite(DateTimeOffset time) => time > DateTimeOffset.MinValue && time < DateTimeOffset.MaxValue;

    /// <summary>Clocks of two machines may differ, and one row of nonsense is not to spoil a sum: at least 0, at most a year.</summary>
    private static long Milliseconds(DateTimeOffset from, DateTimeOffset to) =>
        Math.Clamp((to - from).Ticks / TimeSpan.TicksPerMillisecond, 0, 31_536_000_000);

    private void Touch(Node node)
    {
        if (node.Old.RunId is { } left)
            Runs.Add(left);
        if (node.New.StageId is not { } stageId || node.IsDropped)
            return;
        Runs.Add(node.New.RunId!.Value);
        var stage = Stage(stageId, node.New.RunId.Value);
        if (!node.Has(JobFlags.Missing))
            stage.Queues.Add(node.New.Queue);
        stage.FirstInsertedAt = Min(stage.FirstInsertedAt, node.New.InsertedAt);
        stage.FirstAttemptedAt = Min(stage.FirstAttemptedAt, node.New.AttemptedAt);
        stage.LastAttemptedAt = Max(stage.LastAttemptedAt, node.New.AttemptedAt);
        stage.LastFinishedAt = Max(stage.LastFinishedAt, node.New.FinishedAt);
    }

    private void Link(Node node, IReadOnlyDictionary<string, Node> nodes)
    {
        if (node.OldFollowed is { } before && nodes[before].Old.StageId is { } from && node.Old.StageId is { } to)
            Edge(from, to, -1);
        if (node.Followed is { } after && nodes[after].New.StageId is { } newFrom && node.New.StageId is { } newTo)
            Edge(newFrom, newTo, +1);
    }

    private void Edge(long from, long to, int sign)
    {
        var jobs = Edges.GetValueOrDefault((from, to)) + sign;
        if (jobs == 0)
            Edges.Remove((from, to));
        else
            Edges[(from, to)] = jobs;
    }

    private StageDelta Stage(long id, long run)
    {
        if (!Stages.TryGetValue(id, out var delta))
            Stages[id] = delta = new(run);
        return delta;
    }

    private long[] Single(int worker)
    {
        if (!Singles.TryGetValue(worker, out var counts))
            Singles[worker] = counts = new long[JobStates.All.Count];
        return counts;
    }

    private static DateTimeOffset? Min(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b : a;

    private static DateTimeOffset? Max(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b : a;
}

/// <summary>What a batch changes in one stage.</summary>
internal sealed class StageDelta(long run)
{
    public long Run { get; } = run;

    public long[] Counts { get; } = new long[JobStates.All.Count];

    public long Rows { get; set; }

    /// <summary>Rows that the source does not have.</summary>
    public long Absent { get; set; }

    public long Vanished { get; set; }

    public long CycleCuts { get; set; }

    public long Parents { get; set; }

    public long Ran { get; set; }

    public long RanMs { get; set; }

    public long WaitedMs { get; set; }

    public long Expected { get; set; }

    public long ShortChildren { get; set; }

    public long ShortParents { get; set; }

    public long LostChildren { get; set; }

    public HashSet<int> Queues { get; } = [];

    public DateTimeOffset? FirstInsertedAt { get; set; }

    public DateTimeOffset? FirstAttemptedAt { get; set; }

    public DateTimeOffset? LastAttemptedAt { get; set; }

    public DateTimeOffset? LastFinishedAt { get; set; }

    public bool IsNothing => Rows == 0 && Absent == 0 && Vanished == 0 && CycleCuts == 0 && Parents == 0
        && Ran == 0 && RanMs == 0 && WaitedMs == 0 && Expected == 0 && ShortChildren == 0 && ShortParents == 0 && LostChildren == 0
        && FirstInsertedAt is null && LastAttemptedAt is null && LastFinishedAt is null && Array.TrueForAll(Counts, c => c == 0);
}
