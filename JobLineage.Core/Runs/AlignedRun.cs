using JobLineage.Core.Model;

namespace JobLineage.Core.Runs;

/// <summary>One run of a comparison, by the paths that stages have in both.</summary>
internal sealed class AlignedRun
{
    private readonly Dictionary<string, StageFigures> figures = new(StagePath.Comparer);
    private readonly Dictionary<string, string> above = new(StagePath.Comparer);
    private readonly string? ownRoot;
    private readonly string? root;

    /// <param name="side">The run.</param>
    /// <param name="root">What the root's stage is called in the comparison; null when that is its own name.</param>
    public AlignedRun(RunSide side, string? root)
    {
        this.root = root;
        ownRoot = root is null || side.Run.Stages.Count == 0 ? null : side.Run.Stages[0].Path;
        var edges = new Dictionary<(string From, string To), long>();
        foreach (var edge in side.Run.Edges)
        {
            var way = (Align(edge.From), Align(edge.To));
            edges[way] = edges.GetValueOrDefault(way) + edge.Jobs;
        }

        Edges = edges;
        var totals = side.Run.Stages.ToDictionary(s => s.Path, s => s.Total, StagePath.Comparer);
        var paths = new List<string>(side.Run.Stages.Count);
        foreach (var stage in side.Run.Stages)
        {
            var path = Align(stage.Path);
            paths.Add(path);
            if (stage.ParentPath is { } parentPath)
                above[path] = Align(parentPath);
            double? fanOut = stage.ParentPath is { } parent && edges.TryGetValue((Align(parent), path), out var jobs)
                && totals.GetValueOrDefault(parent) is var parents and > 0 ? (double)jobs / parents : null;
            figures[path] = new(stage, fanOut, side.Spans.GetValueOrDefault(stage.Path));
        }

        Paths = paths;
        Errors = [.. side.Errors.Select(e => e with { Stage = Align(e.Stage) })];
    }

    /// <summary>The paths of its stages, parents before children.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>How many jobs came over each edge.</summary>
    public IReadOnlyDictionary<(string From, string To), long> Edges { get; }

    /// <summary>Its errors by stage.</summary>
    public IReadOnlyList<StageError> Errors { get; }

    /// <summary>A stage; null when the run has none of this path.</summary>
    public StageFigures? Find(string path) => figures.GetValueOrDefault(path);

    /// <summary>The path of the stage above; null for the root's and for a stage that is not in this run.</summary>
    public string? Above(string path) => above.GetValueOrDefault(path);

    // The path of a deep stage does not begin with the root's.
    private string Align(string path) => ownRoot is null || !path.StartsWith(ownRoot, StringComparison.Ordinal) ? path
        : path.Length == ownRoot.Length ? root!
        : path[ownRoot.Length] == '/' ? root + path[ownRoot.Length..] : path;
}
