using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Ingest;

/// <summary>
/// What a batch says of the queues and nodes of its source, singles included: how much is ready and executing, when
/// something last began, and who showed signs of life. Pure.
/// </summary>
internal sealed class QueueDeltas
{
    /// <summary>How fast starts are forgotten: one this old counts 1/e.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);

    /// <summary>Characters of a node's name: what an index takes. Readers cut alike.</summary>
    public const int NodeLimit = 500;

    public Dictionary<int, QueueDelta> Queues { get; } = [];

    /// <summary>The last sign of life by node.</summary>
    public Dictionary<string, DateTimeOffset> Nodes { get; } = new(StringComparer.Ordinal);

    public static QueueDeltas Of(IEnumerable<Node> nodes)
    {
        var deltas = new QueueDeltas();
        foreach (var node in nodes)
        {
            if (node.Exists)
                deltas.Count(node.Old, -1);
            if (!node.IsDropped)
                deltas.Count(node.New, +1);
            if (node.Incoming is { } job)
                deltas.Look(node, job);
        }

        return deltas;
    }

    private void Count(in NodeFacts facts, int sign)
    {
        if ((facts.Flags & (JobFlags.Missing | JobFlags.Vanished)) != 0)
            return;
        if (facts.State == JobState.Available)
            Queue(facts.Queue).Available += sign;
        else if (facts.State == JobState.Executing)
            Queue(facts.Queue).Executing += sign;
    }

    private void Look(Node node, Job job)
    {
        if (job.AttemptedAt is { } attempted && attempted > DateTimeOffset.UnixEpoch)
        {
            Queue(node.New.Queue).Began(attempted, isNew: !node.Exists || node.Old.AttemptedAt is null || attempted > node.Old.AttemptedAt);
            if (job.AttemptedBy is { Length: > 0 } by)
                See(by, LastSign(job, attempted));
        }

        if (job is { State: JobState.Completed or JobState.Discarded, FinishedAt: { } finished } && finished > DateTimeOffset.UnixEpoch)
            Queue(node.New.Queue).Finished(finished);
    }

    /// <summary>
    /// A node began the attempt, and ended it where it completed or left an error of its own: a job may also be cancelled by
    /// somebody, or given up by a janitor.
    /// </summary>
    private static DateTimeOffset LastSign(Job job, DateTimeOffset attempted)
    {
        var ended = job.State == JobState.Completed ? job.FinishedAt
            : job.State != JobState.Executing && job.Errors is [.., var last] && last.Attempt == job.Attempt ? last.At
            : null;
        return ended > attempted && ended < DateTimeOffset.MaxValue ? ended.Value : attempted;
    }

    /// <summary>What a node is known by: as much of its name as an index holds.</summary>
    public static string NameOf(string node) => TextLimit.Cut(node, NodeLimit).ToString();

    private void See(string node, DateTimeOffset at)
    {
        var name = NameOf(node);
        if (!Nodes.TryGetValue(name, out var known) || known < at)
            Nodes[name] = at;
    }

    private QueueDelta Queue(int queue)
    {
        if (!Queues.TryGetValue(queue, out var delta))
            Queues[queue] = delta = new();
        return delta;
    }
}

/// <summary>What a batch changes in one queue.</summary>
internal sealed class QueueDelta
{
    public long Available { get; set; }

    public long Executing { get; set; }

    public DateTimeOffset? LastAttemptedAt { get; private set; }

    public DateTimeOffset? LastFinishedAt { get; private set; }

    /// <summary>Attempts begun, each counting less the longer it was before <see cref="StartsAt"/>.</summary>
    public double Starts { get; private set; }

    public DateTimeOffset? StartsAt { get; private set; }

    public bool IsNothing => Available == 0 && Executing == 0 && LastAttemptedAt is null && LastFinishedAt is null;

    public void Began(DateTimeOffset at, bool isNew)
    {
        LastAttemptedAt = LastAttemptedAt is { } last && last > at ? last : at;
        if (!isNew)
            return;
        if (StartsAt is { } known && known >= at)
        {
            Starts += Weight(known - at);
            return;
        }

        Starts = StartsAt is { } before ? Starts * Weight(at - before) + 1 : 1;
        StartsAt = at;
    }

    public void Finished(DateTimeOffset at) => LastFinishedAt = LastFinishedAt is { } last && last > at ? last : at;

    private static double Weight(TimeSpan age) => Math.Exp(-(age / QueueDeltas.Memory));
}
