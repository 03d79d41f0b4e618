using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>What is known of an edge: how its jobs fan out, and which parents have no child.</summary>
public sealed partial class EdgeCard
{
    /// <summary>The edge as it is drawn.</summary>
    [Parameter, EditorRequired]
    public FoldedEdge Edge { get; set; } = null!;

    /// <summary>What was counted; null while it is being counted.</summary>
    [Parameter]
    public EdgeFacts? Facts { get; set; }

    /// <summary>Whether counting failed.</summary>
    [Parameter]
    public bool HasFailed { get; set; }

    /// <summary>The source's name.</summary>
    [Parameter, EditorRequired]
    public string Source { get; set; } = "";

    /// <summary>Whether jobs have further parents in the stage that the edge comes from.</summary>
    [Parameter]
    public bool IsAlsoNamed { get; set; }

    private string Title => $"{StagePath.NameOf(Edge.From)} → {StagePath.NameOf(Edge.To)}";

    private string SampleTitle => $"Completed parents without a {StagePath.NameOf(Edge.To)}";

    private string Missing => Facts is not { } facts ? ""
        : facts.WithoutChild == 0 ? facts.Examined == 1 ? "The one completed parent has at least one." : $"Each of {Format.Count(facts.Examined, "completed parent")} has at least one."
        : $"{Format.Count(facts.WithoutChild)} of {Format.Count(facts.Examined, "completed parent")} {(facts.WithoutChild == 1 ? "has" : "have")} none"
            + (facts.Childless == facts.WithoutChild ? ", and no child in any other stage."
                : facts.Childless == 0 ? "; all of them have children in other stages."
                : $"; {Format.Count(facts.Childless)} of them {(facts.Childless == 1 ? "has" : "have")} no child at all.");

    private string Extent => Facts is not { } facts ? ""
        : (facts.IsWhole
            ? "Counted exactly"
            : $"Counted over the newest {Format.Count(facts.Examined)} of {Format.Count(facts.Completed)} completed parents")
            + (facts.Children?.Cap is { } cap ? $", up to {Format.Count(cap)} children of each" : "")
            + $", as of {Format.Clock(facts.AsOf)}.";

    private string Text(long count) => Facts?.Children?.Cap is { } cap && count >= cap ? $"≥ {Format.Count(count)}" : Format.Count(count);
}
