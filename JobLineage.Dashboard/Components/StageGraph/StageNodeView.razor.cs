using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>A stage as a node of the graph.</summary>
public sealed partial class StageNodeView
{
    /// <summary>The stage.</summary>
    [Parameter, EditorRequired]
    public Stage Stage { get; set; } = null!;

    /// <summary>Where it stands.</summary>
    [Parameter, EditorRequired]
    public PlacedNode Place { get; set; } = null!;

    /// <summary>Where a click leads.</summary>
    [Parameter, EditorRequired]
    public string Href { get; set; } = "";

    /// <summary>The worst finding about it.</summary>
    [Parameter]
    public FindingKind? Flag { get; set; }

    /// <summary>Whether it is the selected one.</summary>
    [Parameter]
    public bool IsSelected { get; set; }

    /// <summary>Whether the selected stage is hidden below it.</summary>
    [Parameter]
    public bool HoldsSelected { get; set; }

    /// <summary>Whether there are stages below it.</summary>
    [Parameter]
    public bool HasChildren { get; set; }

    /// <summary>What it hides; null when it is open.</summary>
    [Parameter]
    public HiddenBelow? Below { get; set; }

    /// <summary>How it stands to what is searched for.</summary>
    [Parameter]
    public SearchMark Mark { get; set; }

    /// <inheritdoc />
    protected override object Shown => (Place, Stage.Counts, Stage.Worker, Flag, Below, HasChildren, IsSelected, HoldsSelected, Mark, Href);

    private static GraphStyle Style => GraphStyle.Default;

    private static double BarWidth => Style.NodeWidth - 2 * NodeText.Inset;

    private string Css => string.Join(' ', ((string?[])[
        "node", Flag is { } flag ? $"node-flagged {StateLook.Of(flag).Css}" : null, IsSelected ? "node-selected" : null,
        HoldsSelected ? "node-holds" : null,
        Mark switch { SearchMark.Miss => "node-miss", SearchMark.Hit => "node-hit", SearchMark.Current => "node-hit node-found", _ => null },
    ]).Where(part => part is not null));

    private string Words => $"{Stage.Name}, {Format.Jobs(Stage.Total)}: {Show.Counts(Stage.Counts)}"
        + (Flag is { } flag ? $". {StateLook.Of(flag).Label}" : "")
        + (Below is { } below ? $". Closed: {NodeText.Hidden(below)}" : "")
        + (HoldsSelected ? ". The selected stage is below it" : "");

    private string? Expanded => !HasChildren ? null : Below is null ? "true" : "false";

    private string Tooltip => $"{(Stage.Worker.Length == 0 ? "worker never seen" : Stage.Worker)}\n{Show.Counts(Stage.Counts)}";

    private static double FlagWidth(StateLook look) => 34 + look.Label.Length * 7.6;
}
