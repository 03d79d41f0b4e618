using JobLineage.Core.Contract;
using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>
/// One cause is one finding, however many stages and jobs suffer from it. Pure.
/// </summary>
internal sealed class Causes(StageIndex stages, Usual usual)
{
    /// <summary>The same findings, those that follow from another folded into it.</summary>
    public List<Found> Fold(IEnumerable<Found> found)
    {
        var all = found.ToList();
        HeldByAttempts(all);
        Shared(all);
        SameGap(all);
        for (var i = 0; i < all.Count; i++)
            all[i] = WithBelow(all[i]);
        return all;
    }

    /// <summary>Jobs that wait behind attempts which are found to hang are told with those.</summary>
    private static void HeldByAttempts(List<Found> all)
    {
        var told = new HashSet<Found>(ReferenceEqualityComparer.Instance);
        foreach (var held in all.Where(f => Cause(f) == "held").ToLookup(f => f.Finding.Evidence["queue"] as string))
        {
            var at = all.FindIndex(f => Cause(f) is "orphan" or "hanging"
                && f.Finding.Evidence["queues"] is IReadOnlyList<string> { Count: 1 } queues && queues[0] == held.Key);
            if (at < 0)
                continue;
            all[at] = Join(all[at], [.. held], "behind them in that queue");
            told.UnionWith(held);
        }

        all.RemoveAll(told.Contains);
    }

    /// <summary>Several stages that suffer from the same are one finding: that of the stage with most jobs.</summary>
    private static void Shared(List<Found> all)
    {
        var told = new HashSet<Found>(ReferenceEqualityComparer.Instance);
        foreach (var group in all.Where(f => f.SharedCause is not null).ToLookup(f => f.SharedCause).Where(g => g.Skip(1).Any()))
        {
            var most = group.MaxBy(f => f.Jobs)!;
            var others = group.Where(f => !ReferenceEquals(f, most)).ToList();
            told.UnionWith(others);
            all[all.FindIndex(f => ReferenceEquals(f, most))] = Join(most, others, "for the same reason");
        }

        all.RemoveAll(told.Contains);
    }

    /// <summary>Two ways of seeing that the same children are not there.</summary>
    private void SameGap(List<Found> all)
    {
        var missing = all
            .Where(f => f.Finding.Kind == FindingKind.Missing && f.Finding.Evidence.ContainsKey("parentStage"))
            .ToLookup(f => (string)f.Finding.Evidence["parentStage"]!, StagePath.Comparer);
        all.RemoveAll(f => f.Finding is { Kind: FindingKind.Childless, Stage: { } path } && stages.Find(path) is { Stage: var stage }
            && missing[path].Any(gap => gap.Finding.Evidence.ContainsKey("missingStage") ? stage.Childless == stage.Counts.Completed
                : gap.Finding.Evidence.TryGetValue("parents", out var parents) && parents is long number && number >= stage.Childless));
    }

    /// <summary>What usually follows a stage that stands still waits for it, and is not missing.</summary>
    private Found WithBelow(Found found)
    {
        if (found.Finding is not { Kind: FindingKind.Stuck, Stage: { } path } || Cause(found) is "orphan" or "hanging" or "dependency")
            return found;
        var below = usual.AlwaysBelow(path).Select(b => b.Path).Where(p => stages.Find(p) is null).ToList();
        if (below.Count == 0)
            return found;
        var names = string.Join(" and ", below.Take(2).Select(StagePath.NameOf));
        var said = found.Saying($"{names}{(below.Count > 2 ? $" and {Format.Count(below.Count - 2, "more stage")}" : "")} usually {(below.Count == 1 ? "follows, and waits" : "follow, and wait")} for it.");
        return said with { Finding = said.Finding with { Evidence = new Dictionary<string, object?>(found.Finding.Evidence) { ["below"] = below } } };
    }

    private static Found Join(Found cause, List<Found> others, string why)
    {
        others = [.. others.OrderByDescending(f => f.Jobs)];
        var waiting = Sentences.List(
        [
            .. others.Take(2).Select(f => Sentences.Of(f.Jobs, Name(f))),
            .. others.Count > 2 ? new[] { $"{Format.Count(others.Skip(2).Sum(f => f.Jobs))} more" } : [],
        ]);
        var affected = cause.Jobs + others.Sum(f => f.Jobs);
        var stages = others.Prepend(cause)
            .Select(f => new Dictionary<string, object?> { ["stage"] = f.Finding.Stage, ["count"] = f.Jobs })
            .ToList();
        var said = cause.Saying($"{waiting} {(affected - cause.Jobs == 1 ? "waits" : "wait")} {why}.");
        return said with
        {
            Jobs = affected,
            Began = others.Select(f => f.Began).Append(cause.Began).Min(),
            Finding = said.Finding with
            {
                Evidence = new Dictionary<string, object?>(cause.Finding.Evidence) { ["affected"] = affected, ["stages"] = stages },
                AlsoStages = [.. others.Select(f => f.Finding.Stage).OfType<string>().Where(s => s != cause.Finding.Stage).Distinct()],
            },
        };
    }

    private static string? Cause(Found found) => found.Finding.Evidence.TryGetValue("cause", out var cause) ? cause as string : null;

    private static string Name(Found found) => StagePath.NameOf(found.Finding.Stage!);
}
