using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>
/// Closes a stage, or opens it; while it is closed, the sum of what it hides. With keys the node itself does it (Space), so
/// this is not on the way of Tab.
/// </summary>
public sealed partial class StageFoldView
{
    private const double MarkWidth = 34;
    private const int MostMarks = 4;

    private StageFoldModel Model => (StageFoldModel)Group;

    private HiddenBelow? Below => Model.Below;

    private string Name => Model.Head.Stage.Name;

    private static GraphStyle Style => GraphStyle.Default;

    private StateLook? Worst => Below?.Marks.NonZero().Select(mark => StateLook.Of(mark.Kind)).FirstOrDefault();

    private string Css => Below is null ? "fold" : Worst is { } worst ? $"fold fold-closed fold-bad {worst.Css}" : "fold fold-closed";

    private string Line => $"{Format.Count(Below!.Stages, "stage")} · {NodeText.JobsIn(Below.Counts.Total, Below.Marks.NonZero().Take(MostMarks).Count())}";

    private string Words => Below is null ? $"Close what is below {Name}" : $"Open {Name}: {NodeText.Hidden(Below)}";

    private IEnumerable<(FindingKind Kind, int Stages, double X)> Marks
    {
        get
        {
            var marks = Below!.Marks.NonZero().Take(MostMarks).ToArray();
            return marks.Select((mark, i) => (mark.Kind, mark.Stages, Style.NodeWidth - 20 - (marks.Length - i) * MarkWidth));
        }
    }

    /// <inheritdoc />
    protected override void OnInitialized()
    {
        base.OnInitialized();
        // The library would draw it a second time with the next change of anything around it.
        ShouldRender();
    }

    // The library's asks for ports and lines of the group itself, of which there are none.
    /// <inheritdoc />
    protected override void OnAfterRender(bool firstRender)
    {
    }
}
