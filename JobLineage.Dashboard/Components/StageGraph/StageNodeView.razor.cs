using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>A stage as a node of the graph. Renders again only when its model says that it looks different.</summary>
public sealed partial class StageNodeView
{
    /// <summary>The stage.</summary>
    public Stage Stage => Model.Stage;

    /// <summary>How often it was rendered: what keeps an update from touching parts that did not change.</summary>
    internal int Renders { get; private set; }

    private StageNodeModel Model => (StageNodeModel)Node;

    private static GraphStyle Style => GraphStyle.Default;

    private static double BarWidth => Style.NodeWidth - 2 * NodeText.Inset;

    private string Css => string.Join(' ', ((string?[])[
        "node", Model.Flag is { } flag ? $"node-flagged {StateLook.Of(flag).Css}" : null, Model.Selected ? "node-selected" : null,
        Model.HoldsSelected ? "node-holds" : null,
        Model.Mark switch { SearchMark.Miss => "node-miss", SearchMark.Hit => "node-hit", SearchMark.Current => "node-hit node-found", _ => null },
    ]).Where(part => part is not null));

    private string Words => $"{Stage.Name}, {Format.Jobs(Stage.Total)}: {Show.Counts(Stage.Counts)}"
        + (Model.Flag is { } flag ? $". {StateLook.Of(flag).Label}" : "")
        + (Model.Below is { } below ? $". Closed: {NodeText.Hidden(below)}" : "")
        + (Model.HoldsSelected ? ". The selected stage is below it" : "");

    private string? Expanded => !Model.HasChildren ? null : Model.Below is null ? "true" : "false";

    private string Tooltip => $"{(Stage.Worker.Length == 0 ? "worker never seen" : Stage.Worker)}\n{Show.Counts(Stage.Counts)}";

    /// <inheritdoc />
    protected override void OnAfterRender(bool firstRender) => Renders++;

    private static double FlagWidth(StateLook look) => 34 + look.Label.Length * 7.6;
}
