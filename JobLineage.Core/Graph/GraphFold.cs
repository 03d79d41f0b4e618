using JobLineage.Core.Model;

namespace JobLineage.Core.Graph;

/// <summary>A run as it is drawn: the stages that are not below a closed one, and what the closed ones stand for.</summary>
public sealed class GraphFold
{
    /// <summary>More lines of further parents than this are not drawn: nobody could follow them.</summary>
    public const int MostLinks = 200;

    private readonly Dictionary<string, string> _drawnBy = new(StringComparer.Ordinal);

    private GraphFold(ClosedStages closed) => Closed = closed;

    /// <summary>What is closed.</summary>
    public ClosedStages Closed { get; }

    /// <summary>The stages that are drawn, depth first.</summary>
    public required IReadOnlyList<FoldedStage> Stages { get; init; }

    /// <summary>The edges between them.</summary>
    public required IReadOnlyList<FoldedEdge> Edges { get; init; }

    /// <summary>Between which of them jobs have further parents; at most <see cref="MostLinks"/>.</summary>
    public required IReadOnlyList<FoldedLink> Links { get; init; }

    /// <summary>How many more of those there would be.</summary>
    public required int LinksLeftOut { get; init; }

    /// <summary>How many stages are not drawn.</summary>
    public required int Hidden { get; init; }

    /// <summary>The stage that is drawn for a stage: itself, or the closed one it is below; null when it is not in the run.</summary>
    public string? DrawnBy(string path) => _drawnBy.GetValueOrDefault(path);

    /// <summary>Folds a run.</summary>
    public static GraphFold Of(RunSnapshot run, ClosedStages closed)
    {
        var forest = new StageForest(run);
        var drawnBy = new int[forest.Stages.Count];
        var shown = new List<int>();
        foreach (var stage in forest.Preorder)
        {
            var above = forest.Parent(stage);
            var holder = above < 0 ? -1 : drawnBy[above] != above || closed.Paths.Contains(forest.Stages[above].Path) ? drawnBy[above] : -1;
            drawnBy[stage] = holder < 0 ? stage : holder;
            if (holder < 0)
                shown.Add(stage);
        }

        var below = Below(run, forest, drawnBy);
        var stages = shown.Select(stage => new FoldedStage(
            forest.Stages[stage], forest.Children(stage).Count > 0, below.GetValueOrDefault(stage))).ToArray();
        var links = LinksOf(run, forest, drawnBy);
        var fold = new GraphFold(closed)
        {
            Stages = stages,
            Edges = EdgesOf(run, forest, drawnBy),
            Links = links.Count <= MostLinks ? links : links[..MostLinks],
            LinksLeftOut = Math.Max(0, links.Count - MostLinks),
            Hidden = forest.Stages.Count - shown.Count,
        };
        for (var i = 0; i < drawnBy.Length; i++)
            fold._drawnBy.TryAdd(forest.Stages[i].Path, forest.Stages[drawnBy[i]].Path);
        return fold;
    }

    private static Dictionary<int, HiddenBelow> Below(RunSnapshot run, StageForest forest, int[] drawnBy)
    {
        var below = new Dictionary<int, HiddenBelow>();
        for (var stage = 0; stage < drawnBy.Length; stage++)
        {
            if (drawnBy[stage] == stage)
                continue;
            var sum = below.GetValueOrDefault(drawnBy[stage]) ?? HiddenBelow.Nothing;
            below[drawnBy[stage]] = sum with { Stages = sum.Stages + 1, Counts = sum.Counts + forest.Stages[stage].Counts };
        }

        // Every stage counts once for each kind of finding about it.
        foreach (var (path, kind) in run.Findings.Where(f => f.Kind != FindingKind.Waiting)
            .SelectMany(f => f.AllStages, (f, stage) => (stage, f.Kind)).Distinct())
        {
            if (forest.Find(path) is var stage and >= 0 && drawnBy[stage] != stage)
            {
                var sum = below[drawnBy[stage]];
                below[drawnBy[stage]] = sum with { Marks = sum.Marks.Add(kind) };
            }
        }

        return below;
    }

    private static List<FoldedLink> LinksOf(RunSnapshot run, StageForest forest, int[] drawnBy)
    {
        var links = new Dictionary<(int From, int To), (FoldedLink Link, HashSet<int> Below)>();
        var order = new List<(int From, int To)>();
        foreach (var link in run.Links)
        {
            var (from, to) = (forest.Find(link.From), forest.Find(link.To));
            if (from < 0 || to < 0)
                continue;
            var drawn = (From: drawnBy[from], To: drawnBy[to]);
            var isReal = drawn == (from, to);
            if (drawn.From == drawn.To && !isReal)
                continue;
            if (!links.TryGetValue(drawn, out var known))
            {
                links[drawn] = (new(forest.Stages[drawn.From].Path, forest.Stages[drawn.To].Path, link.Jobs, true, isReal), [to]);
                order.Add(drawn);
                continue;
            }

            // A job that has further parents in two of the stages that are drawn as one is in both numbers.
            var isExact = known.Below.Add(to) && known.Link.IsExact;
            links[drawn] = (known.Link with { Jobs = known.Link.Jobs + link.Jobs, IsExact = isExact, IsReal = false }, known.Below);
        }

        return [.. order.Select(drawn => links[drawn].Link)];
    }

    private static List<FoldedEdge> EdgesOf(RunSnapshot run, StageForest forest, int[] drawnBy)
    {
        var edges = new Dictionary<(int From, int To), FoldedEdge>();
        void Add(string fromPath, string toPath, long? jobs)
        {
            var (from, to) = (forest.Find(fromPath), forest.Find(toPath));
            if (from < 0 || to < 0)
                return;
            var (drawnFrom, drawnTo) = (drawnBy[from], drawnBy[to]);
            var isReal = drawnFrom == from && drawnTo == to;
            if (drawnFrom == drawnTo && !isReal)
                return;
            var known = edges.GetValueOrDefault((drawnFrom, drawnTo));
            edges[(drawnFrom, drawnTo)] = new(
                forest.Stages[drawnFrom].Path, forest.Stages[drawnTo].Path,
                jobs is null ? known?.Jobs : jobs.Value + (known?.Jobs ?? 0),
                forest.Stages[drawnFrom].Total, isReal && known is null or { IsReal: true });
        }

        foreach (var edge in run.Edges)
            Add(edge.From, edge.To, edge.Jobs);
        // A stage whose edge was not counted still hangs below its parent.
        foreach (var stage in run.Stages)
        {
            if (stage.ParentPath is { } above && forest.Find(above) is var a and >= 0 && forest.Find(stage.Path) is var s
                && !edges.ContainsKey((drawnBy[a], drawnBy[s])))
            {
                Add(above, stage.Path, null);
            }
        }

        return [.. edges.Values];
    }
}

/// <summary>A stage that is drawn.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="HasChildren">Whether there are stages below it, drawn or not.</param>
/// <param name="Below">What is not drawn below it; null when it is open, or there is nothing.</param>
public sealed record FoldedStage(Stage Stage, bool HasChildren, HiddenBelow? Below);

/// <summary>An edge that is drawn.</summary>
/// <param name="From">The parents' stage, or the closed stage that they are below.</param>
/// <param name="To">The children's stage.</param>
/// <param name="Jobs">How many jobs came this way; null when that was not counted.</param>
/// <param name="Parents">How many jobs the stage has that it comes from.</param>
/// <param name="IsReal">Whether it is one edge of the run, and not the sum of edges from stages that are not drawn.</param>
public sealed record FoldedEdge(string From, string To, long? Jobs, long Parents, bool IsReal);

/// <summary>Jobs of a stage that is drawn and their further parents in another.</summary>
/// <param name="From">The parents' stage, or the closed stage that they are below.</param>
/// <param name="To">The jobs' stage, or the closed stage that they are below.</param>
/// <param name="Jobs">How many jobs; where it is not exact, at most so many.</param>
/// <param name="IsExact">Whether each of them is counted once.</param>
/// <param name="IsReal">Whether it is one link of the run, and not the sum of links of stages that are not drawn.</param>
public sealed record FoldedLink(string From, string To, long Jobs, bool IsExact, bool IsReal);

/// <summary>What a closed stage hides.</summary>
/// <param name="Stages">How many stages.</param>
/// <param name="Counts">Their jobs.</param>
/// <param name="Marks">What was found about them.</param>
public sealed record HiddenBelow(int Stages, StateCounts Counts, HiddenMarks Marks)
{
    /// <summary>Nothing at all.</summary>
    public static HiddenBelow Nothing { get; } = new(0, default, default);
}

/// <summary>How many hidden stages each kind of finding is about.</summary>
public readonly record struct HiddenMarks(int Stuck, int Failing, int Missing, int Childless, int Cycle, int Orphaned)
{
    /// <summary>One more.</summary>
    public HiddenMarks Add(FindingKind kind) => kind switch
    {
        FindingKind.Stuck => this with { Stuck = Stuck + 1 },
        FindingKind.Failing => this with { Failing = Failing + 1 },
        FindingKind.Missing => this with { Missing = Missing + 1 },
        FindingKind.Childless => this with { Childless = Childless + 1 },
        FindingKind.Cycle => this with { Cycle = Cycle + 1 },
        FindingKind.Orphaned => this with { Orphaned = Orphaned + 1 },
        _ => this,
    };

    /// <summary>The kinds that there are, worst first, with the number of stages.</summary>
    public IEnumerable<(FindingKind Kind, int Stages)> NonZero()
    {
        (FindingKind Kind, int Stages)[] all =
        [
            (FindingKind.Stuck, Stuck), (FindingKind.Failing, Failing), (FindingKind.Missing, Missing),
            (FindingKind.Childless, Childless), (FindingKind.Cycle, Cycle), (FindingKind.Orphaned, Orphaned),
        ];
        return all.Where(mark => mark.Stages > 0).OrderBy(mark => mark.Kind);
    }
}
