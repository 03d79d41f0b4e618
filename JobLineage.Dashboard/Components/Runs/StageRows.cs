using System.Text;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Runs;

/// <summary>A line of the stage tree.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Guide">The lines in front of its name.</param>
/// <param name="PerParent">How many jobs it has per job of the stage above.</param>
/// <param name="Recurs">Whether an edge leads from it back to itself or to an earlier stage.</param>
/// <param name="Flags">What was found about it.</param>
/// <param name="IsFolded">Whether the stages below it are folded away; null where there are none.</param>
/// <param name="Hidden">How many stages that is.</param>
public sealed record StageRow(
    Stage Stage, string Guide, string PerParent, bool Recurs, IReadOnlyList<FindingKind> Flags, bool? IsFolded, int Hidden);

/// <summary>A run's stages as the lines of a tree, children below their parents.</summary>
public static class StageRows
{
    // Deeper than this the guide says how deep instead of drawing every level.
    private const int DeepestGuide = 12;

    /// <summary>The lines, depth first.</summary>
    /// <param name="run">The run.</param>
    /// <param name="folded">The paths of the stages whose descendants are left out.</param>
    public static IReadOnlyList<StageRow> Of(RunSnapshot run, IReadOnlyCollection<string>? folded = null)
    {
        var children = run.Stages.ToLookup(stage => stage.ParentPath, StringComparer.Ordinal);
        var byPath = run.Stages.ToDictionary(stage => stage.Path, StringComparer.Ordinal);
        var flags = run.Findings.SelectMany(finding => finding.AllStages.Select(stage => (stage, finding.Kind)))
            .ToLookup(flag => flag.stage, flag => flag.Kind, StringComparer.Ordinal);
        var recurring = run.Edges.Where(edge => !byPath.TryGetValue(edge.To, out var to) || to.ParentPath != edge.From)
            .Select(edge => edge.From).ToHashSet(StringComparer.Ordinal);

        var rows = new List<StageRow>(run.Stages.Count);
        var stack = new Stack<(Stage Stage, string Above, bool IsLast)>();
        // A stage whose parent is not in the run stands at the top, so that none is lost.
        var tops = run.Stages.Where(stage => stage.ParentPath is null || !byPath.ContainsKey(stage.ParentPath)).ToList();
        for (var i = tops.Count - 1; i >= 0; i--)
            stack.Push((tops[i], "", true));
        while (stack.TryPop(out var at))
        {
            var isTop = rows.Count == 0 || tops.Contains(at.Stage);
            var own = isTop ? "" : at.IsLast ? "└─ " : "├─ ";
            var list = children[at.Stage.Path].ToList();
            var isFolded = list.Count > 0 && folded?.Contains(at.Stage.Path) == true;
            rows.Add(new(
                at.Stage, Guide(at.Above, own), PerParent(at.Stage, byPath), recurring.Contains(at.Stage.Path),
                [.. flags[at.Stage.Path].Distinct()], list.Count > 0 ? isFolded : null,
                isFolded ? Below(at.Stage, children) : 0));
            if (isFolded)
                continue;
            var below = at.Above + (isTop ? "" : at.IsLast ? "   " : "│  ");
            for (var i = list.Count - 1; i >= 0; i--)
                stack.Push((list[i], below.Length <= DeepestGuide * 3 ? below : new string(' ', below.Length), i == list.Count - 1));
        }

        return rows;
    }

    private static int Below(Stage stage, ILookup<string?, Stage> children)
    {
        var count = 0;
        var open = new Stack<Stage>(children[stage.Path]);
        while (open.TryPop(out var next))
        {
            count++;
            foreach (var child in children[next.Path])
                open.Push(child);
        }

        return count;
    }

    private static string Guide(string above, string own) => above.Length <= DeepestGuide * 3
        ? above + own
        : new StringBuilder().Append("⋯ ").Append(above.Length / 3 + 2).Append(' ').Append(own).ToString();

    private static string PerParent(Stage stage, Dictionary<string, Stage> byPath) =>
        stage.ParentPath is { } path && byPath.TryGetValue(path, out var parent) && parent.Total > 0
            ? "×" + Show.FanOut(stage.Total, parent.Total).Split('×')[1]
            : "";
}
