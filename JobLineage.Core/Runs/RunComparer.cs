using JobLineage.Core.Model;

namespace JobLineage.Core.Runs;

/// <summary>Puts two runs side by side, stage by stage. Pure.</summary>
public static class RunComparer
{
    /// <summary>Compares <paramref name="after"/> with <paramref name="before"/>.</summary>
    public static RunComparison Compare(RunSide before, RunSide after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        // A root that was never seen has no name: the other run tells what the stage of it is called.
        var one = new AlignedRun(before, before.Run.RootIsMissing && !after.Run.RootIsMissing ? RootOf(after.Run) : null);
        var other = new AlignedRun(after, after.Run.RootIsMissing && !before.Run.RootIsMissing ? RootOf(before.Run) : null);
        var stages = StagesOf(one, other);
        var errors = ErrorsOf(one, other);
        var args = ArgsChanges.Of(before.Run.RootArgs, after.Run.RootArgs);
        var comparison = new RunComparison
        {
            Before = before.Run,
            After = after.Run,
            Stages = stages,
            Edges = EdgesOf(one, other),
            Errors = errors,
            ErrorsAreCut = before.ErrorsAreCut || after.ErrorsAreCut,
            Args = args.Changes,
            ArgsAreCut = args.IsCut,
            Highlights = [],
            IsOnePipeline = before.Run.Worker == after.Run.Worker || before.Run.RootIsMissing || after.Run.RootIsMissing,
        };
        return comparison with { Highlights = Runs.Highlights.Of(comparison) };
    }

    private static string? RootOf(RunSnapshot run) => run.Stages.Count > 0 ? run.Stages[0].Path : null;

    private static List<StageChange> StagesOf(AlignedRun before, AlignedRun after)
    {
        var paths = after.Paths.Concat(before.Paths.Where(path => after.Find(path) is null)).ToList();
        var known = paths.ToHashSet(StagePath.Comparer);
        string? Above(string path) => (after.Above(path) ?? before.Above(path)) is { } above && known.Contains(above) ? above : null;
        var below = paths.ToLookup(path => Above(path) ?? "", StagePath.Comparer);
        var changes = new List<StageChange>(paths.Count);
        // By a stack of its own: lineage may be deeper than the thread's.
        var open = new Stack<string>(below[""].Reverse());
        while (open.TryPop(out var path))
        {
            changes.Add(ChangeOf(path, Above(path), before.Find(path), after.Find(path)));
            foreach (var child in below[path].Reverse())
                open.Push(child);
        }

        return changes;
    }

    private static StageChange ChangeOf(string path, string? above, StageFigures? before, StageFigures? after)
    {
        var shown = (after ?? before)!.Stage;
        return new()
        {
            Path = path,
            ParentPath = above,
            Name = above is null ? StagePath.NameOf(path) : shown.Name,
            Depth = shown.Depth,
            Kind = before is null ? ChangeKind.Added
                : after is null ? ChangeKind.Removed
                : Changes.Of(before.Stage.Total, after.Stage.Total),
            Before = before,
            After = after,
        };
    }

    private static List<EdgeChange> EdgesOf(AlignedRun before, AlignedRun after)
    {
        var edges = after.Edges.Select(e => new EdgeChange(e.Key.From, e.Key.To, before.Edges.TryGetValue(e.Key, out var jobs) ? jobs : null, e.Value)).ToList();
        edges.AddRange(before.Edges.Where(e => !after.Edges.ContainsKey(e.Key)).Select(e => new EdgeChange(e.Key.From, e.Key.To, e.Value, null)));
        return edges;
    }

    private static List<ErrorChange> ErrorsOf(AlignedRun before, AlignedRun after)
    {
        var old = before.Errors.ToDictionary(e => (e.Stage, e.Fingerprint));
        var now = after.Errors.ToDictionary(e => (e.Stage, e.Fingerprint));
        return [..
            now.Values.Select(e => new ErrorChange(e.Stage, e.Fingerprint, e.Text, old.GetValueOrDefault((e.Stage, e.Fingerprint)), e))
                .Concat(old.Values.Where(e => !now.ContainsKey((e.Stage, e.Fingerprint)))
                    .Select(e => new ErrorChange(e.Stage, e.Fingerprint, e.Text, e, null)))
                .OrderBy(e => e.Kind switch { ChangeKind.Added => 0, ChangeKind.Removed => 1, _ => 2 })
                .ThenByDescending(e => Math.Max(e.Before?.Jobs ?? 0, e.After?.Jobs ?? 0))
                .ThenBy(e => e.Stage, StringComparer.Ordinal).ThenBy(e => e.Fingerprint)];
    }
}
