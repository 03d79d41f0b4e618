using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Ingest;

/// <summary>
/// A job while a batch is worked on: as the store has it (<c>Old…</c>) and as it will be. Mutable, and alive for one
/// batch only.
/// </summary>
internal sealed class Node(string id)
{
    private JobPayload? payload;

    /// <summary>The job's key; see <see cref="JobKeys"/>.</summary>
    public string Id { get; } = id;

    /// <summary>The id in the source, where it is too long to be the key; null elsewhere.</summary>
    public string? NativeId { get; set; }

    /// <summary>Whether the store has a row for it.</summary>
    public bool Exists { get; init; }

    public NodeFacts Old { get; init; }

    /// <summary>What the store will have.</summary>
    public NodeFacts New;

    /// <summary>The row to be written whole; null when the batch does not hold this job or it has not changed.</summary>
    public Job? Incoming { get; set; }

    /// <summary>Of what is large and seldom changes; see <see cref="JobHash"/>.</summary>
    public long Hash { get; set; }

    /// <summary>The keys of its further parents, as they are to be written; nothing without <see cref="Incoming"/>.</summary>
    public IReadOnlyList<string> Parents { get; set; } = [];

    /// <summary>Its further parents, where an id that one of them names means another job now; null elsewhere.</summary>
    public IReadOnlyList<string>? MovedParents { get; set; }

    /// <summary>What is large of it, as it is to be written; nothing without <see cref="Incoming"/>.</summary>
    public JobPayload Payload => payload ??= JobPayload.Of(Incoming);

    /// <summary>Whether its row was ever read, and it is more than a name that others call their parent.</summary>
    public bool WasRead => Exists && (Old.Flags & (JobFlags.Missing | JobFlags.Blind)) != JobFlags.Missing;

    /// <summary>Whether that has changed and is to be written.</summary>
    public bool IsPayloadChanged { get; set; }

    /// <summary>The run it will belong to; null for a single, and for a node whose place does not change.</summary>
    public RunNode? Run { get; set; }

    /// <summary>The stage it will belong to; see <see cref="Run"/>.</summary>
    public StageNode? Stage { get; set; }

    /// <summary>Whether its place in the lineage is worked out anew.</summary>
    public bool IsAffected { get; set; }

    /// <summary>The row is dropped: a tombstone that nobody names any more, or a deleted job that stood alone.</summary>
    public bool IsDropped { get; set; }

    /// <summary>Used by walks: 0 not visited, 1 on the way, 2 done.</summary>
    public byte Mark { get; set; }

    public bool Has(JobFlags flag) => (New.Flags & flag) != 0;

    /// <summary>The parent link that is followed, as the store has it.</summary>
    public string? OldFollowed => Exists && (Old.Flags & JobFlags.CycleCut) == 0 ? Old.ParentId : null;

    /// <summary>The parent link that will be followed.</summary>
    public string? Followed => Has(JobFlags.CycleCut) ? null : New.ParentId;
}

/// <summary>The facts of a job that lineage and counts depend on.</summary>
internal record struct NodeFacts
{
    public long? RunId;
    public long? StageId;
    public string? ParentId;
    public string? RunKey;
    public int Worker;
    public int? Step;
    public int Queue;
    public JobState State;
    public int Attempt;
    public string? AttemptedBy;
    public JobFlags Flags;
    public int Children;
    public int? Fingerprint;
    public int? Expected;
    public DateTimeOffset? InsertedAt;
    public DateTimeOffset? ScheduledAt;
    public DateTimeOffset? AttemptedAt;
    public DateTimeOffset? FinishedAt;
}

/// <summary>A run while a batch is worked on.</summary>
internal sealed class RunNode(long id, string rootId, string? key, bool isNew)
{
    private readonly Dictionary<(long Parent, int Worker), StageNode> children = [];
    private readonly Dictionary<long, StageNode> byId = [];

    public long Id { get; } = id;

    public string RootId { get; set; } = rootId;

    public string? Key { get; } = key;

    public bool IsNew { get; } = isNew;

    public int Worker { get; set; }

    /// <summary>Whether root or worker are to be written although the run is not new.</summary>
    public bool HeadChanged { get; set; }

    public IReadOnlyCollection<StageNode> Stages => byId.Values;

    public StageNode Stage(long id) => byId[id];

    /// <summary>Adds a stage that stands for a worker below a parent's stage.</summary>
    public void Add(StageNode stage)
    {
        children[(stage.Parent?.Id ?? 0, stage.Worker)] = stage;
        byId[stage.Id] = stage;
    }

    /// <summary>Adds a stage that stands for a step: its place among the others is settled later.</summary>
    public void AddStep(StageNode stage) => byId[stage.Id] = stage;

    /// <summary>The stage of a worker below a parent's stage (null: the root's stage).</summary>
    public StageNode Place(StageNode? parent, int worker, Func<long> nextId)
    {
        for (var stage = parent; stage is not null; stage = stage.Parent)
        {
            // A worker that recurs on its own path uses its earlier stage: pagination must not make 1,000 stages.
            if (stage.Worker == worker)
                return stage;
        }

        if (!children.TryGetValue((parent?.Id ?? 0, worker), out var found))
        {
            found = new(nextId(), this, parent, worker, null, isNew: true);
            Add(found);
        }

        return found;
    }
}

/// <summary>A stage while a batch is worked on.</summary>
internal sealed class StageNode(long id, RunNode run, StageNode? parent, int worker, int? step, bool isNew)
{
    public long Id { get; } = id;

    public RunNode Run { get; } = run;

    public StageNode? Parent { get; set; } = parent;

    public int Worker { get; set; } = worker;

    public int? Step { get; } = step;

    public bool IsNew { get; } = isNew;

    public int Depth { get; set; } = (parent?.Depth ?? 0) + 1;

    /// <summary>The lowest id in it, where runs share a key; null elsewhere.</summary>
    public string? FirstId { get; set; }

    /// <summary>Rows it has, where that matters.</summary>
    public long Rows { get; set; }

    /// <summary>Whether parent, depth, worker or first id are to be written although the stage is not new.</summary>
    public bool HeadChanged { get; set; }
}
