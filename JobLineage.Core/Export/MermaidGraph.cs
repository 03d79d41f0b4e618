using System.Globalization;
using System.Text;
using JobLineage.Core.Contract;
using JobLineage.Core.Model;

namespace JobLineage.Core.Export;

/// <summary>
/// The stages of a run as a Mermaid flow chart, for a document or an issue. Nodes are called <c>s0</c>, <c>s1</c> and so on: what a queue calls
/// its workers stands in quoted labels alone, where each character that means something to Mermaid or HTML is written as its number. Pure.
/// </summary>
public static class MermaidGraph
{
    // As on the pages; with a colour for the text, so that it can be read on light and on dark.
    private static readonly IReadOnlyDictionary<FindingKind, string> Colours = new Dictionary<FindingKind, string>
    {
        [FindingKind.Stuck] = "fill:#fff3cd,stroke:#856200,color:#1a222d",
        [FindingKind.Failing] = "fill:#fbe0de,stroke:#bf2222,color:#1a222d",
        [FindingKind.Missing] = "fill:#fdeadb,stroke:#b04a00,color:#1a222d",
        [FindingKind.Childless] = "fill:#fdeadb,stroke:#b04a00,color:#1a222d",
        [FindingKind.Cycle] = "fill:#f5e3f2,stroke:#8c4a80,color:#1a222d",
        [FindingKind.Orphaned] = "fill:#eceff3,stroke:#5d6877,color:#1a222d",
        [FindingKind.Waiting] = "fill:#ebe6fb,stroke:#6a4fc0,color:#1a222d",
    };

    /// <summary>The chart.</summary>
    /// <param name="run">The run.</param>
    /// <param name="stage">Only this stage and what is below it; null for all.</param>
    public static string Write(RunSnapshot run, string? stage = null)
    {
        // Parents come before their children.
        var inside = new HashSet<string>(StagePath.Comparer);
        var stages = run.Stages
            .Where(s => (stage is null || s.Path == stage || s.ParentPath is { } above && inside.Contains(above)) && inside.Add(s.Path))
            .Select((s, at) => (Stage: s, Id: string.Create(CultureInfo.InvariantCulture, $"s{at}")))
            .ToList();
        var ids = stages.ToDictionary(s => s.Stage.Path, s => s.Id, StagePath.Comparer);
        var worst = run.Findings.SelectMany(f => f.AllStages.Select(path => (Path: path, f.Kind)))
            .GroupBy(f => f.Path, StagePath.Comparer).ToDictionary(g => g.Key, g => g.Min(f => f.Kind), StagePath.Comparer);
        var text = new StringBuilder("flowchart LR\n");
        foreach (var (node, id) in stages)
        {
            var counts = TextTree.Counts(node.Counts);
            var mark = worst.TryGetValue(node.Path, out var kind) ? ":::" + Name(kind) : "";
            text.Append(CultureInfo.InvariantCulture, $"  {id}[\"{Escape(node.Name)}<br/>{Escape(counts.Length > 0 ? counts : "no jobs")}\"]{mark}\n");
        }

        foreach (var edge in run.Edges)
        {
            if (ids.TryGetValue(edge.From, out var from) && ids.TryGetValue(edge.To, out var to))
                text.Append(CultureInfo.InvariantCulture, $"  {from} -->|\"{Format.Count(edge.Jobs)}\"| {to}\n");
        }

        foreach (var link in run.Links)
        {
            // Dotted: no part of the tree.
            if (ids.TryGetValue(link.From, out var from) && ids.TryGetValue(link.To, out var to))
                text.Append(CultureInfo.InvariantCulture, $"  {from} -.->|\"{Format.Count(link.Jobs)}\"| {to}\n");
        }

        if (run.LinksAreCut)
            text.Append("  %% there are more further parents than are counted here\n");
        foreach (var kind in stages.Where(s => worst.ContainsKey(s.Stage.Path)).Select(s => worst[s.Stage.Path]).Distinct().Order())
            text.Append(CultureInfo.InvariantCulture, $"  classDef {Name(kind)} {Colours[kind]}\n");
        return text.ToString();
    }

    private static string Name(FindingKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>Letters, digits and what means nothing stay; the rest is written as <c>#35;</c>, as Mermaid's entities are.</summary>
    private static string Escape(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var rune in VisibleText.Line(name).EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || rune.Value is ' ' or '_' or '.' or ',' or '·')
                text.Append(rune);
            else if (rune == Rune.ReplacementChar)
                text.Append(rune);
            else
                text.Append(CultureInfo.InvariantCulture, $"#{rune.Value};");
        }

        return text.ToString();
    }
}
