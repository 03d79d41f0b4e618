using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>
/// The stages of a run with what is known of each, linked to those above and below. Built once per diagnosis: the paths of
/// deep runs are thousands of characters long, and rules that look one up at every step of a climb take seconds.
/// </summary>
internal sealed class StageIndex
{
    private readonly Dictionary<string, PlacedStage> byPath;

    public StageIndex(RunSnapshot run, RunFacts facts)
    {
        byPath = new(run.Stages.Count, StagePath.Comparer);
        var all = new List<PlacedStage>(run.Stages.Count);
        foreach (var stage in run.Stages)
        {
            var placed = new PlacedStage(stage, facts.Of(stage.Path));
            byPath.TryAdd(stage.Path, placed);
            all.Add(placed);
        }

        foreach (var placed in all)
        {
            if (placed.Stage.ParentPath is { } path && byPath.TryGetValue(path, out var above) && above != placed)
                placed.HangBelow(above);
        }

        foreach (var edge in run.Edges)
        {
            if (byPath.TryGetValue(edge.From, out var from))
                from.Add(edge);
        }

        All = all;
    }

    /// <summary>All of them, in the order of the snapshot.</summary>
    public IReadOnlyList<PlacedStage> All { get; }

    /// <summary>The stage of this path; null when the run has none.</summary>
    public PlacedStage? Find(string path) => byPath.GetValueOrDefault(path);
}

/// <summary>A stage, with what is known of it, in its place among the others.</summary>
internal sealed class PlacedStage(Stage stage, StageFacts known)
{
    private readonly List<PlacedStage> below = [];
    private readonly List<StageEdge> edges = [];

    public Stage Stage { get; } = stage;

    /// <summary>What is known beyond the picture.</summary>
    public StageFacts Known { get; } = known;

    /// <summary>The stage above; null for the root's.</summary>
    public PlacedStage? Above { get; private set; }

    /// <summary>The stages right below.</summary>
    public IReadOnlyList<PlacedStage> Below => below;

    /// <summary>The ways that lead from here.</summary>
    public IReadOnlyList<StageEdge> Edges => edges;

    /// <summary>Its first final failure; null when nothing failed, or when is not known.</summary>
    public JobAt? FirstFailure { get; } = stage.Counts.Discarded > 0 && known.Failed is [{ At: not null } first, ..] ? first : null;

    /// <summary>Whether the stage and all above it have come to rest: no more of its children will come.</summary>
    public bool IsOver
    {
        get
        {
            for (var at = this; at is not null; at = at.Above)
            {
                if (at.Stage.Counts.Unfinished > 0)
                    return false;
            }

            return true;
        }
    }

    /// <summary>Whether any job of the stage has begun or ended since then.</summary>
    public bool MovedSince(DateTimeOffset time) => Stage.LastAttemptedAt > time || Stage.LastFinishedAt > time;

    public void HangBelow(PlacedStage above)
    {
        Above = above;
        above.below.Add(this);
    }

    public void Add(StageEdge edge) => edges.Add(edge);
}
