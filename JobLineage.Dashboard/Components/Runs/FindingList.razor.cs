using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Runs;

/// <summary>What is wrong with a run, worst first: a few findings open, the others one click away.</summary>
public sealed partial class FindingList
{
    /// <summary>More than this are folded, unless only one would be.</summary>
    private const int Open = 5;

    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public RunSnapshot Run { get; set; } = null!;

    /// <summary>The address that selects a stage.</summary>
    [Parameter, EditorRequired]
    public Func<string, string> StageHref { get; set; } = null!;

    /// <summary>Whether all of them are one line that opens: where the view below is what was asked for.</summary>
    [Parameter]
    public bool IsFolded { get; set; }

    private IReadOnlyList<(object Key, Finding Finding)> Shown { get; set; } = [];

    private IReadOnlyList<(object Key, Finding Finding)> Rest { get; set; } = [];

    private string Kinds => string.Join(", ", Rest.GroupBy(f => f.Finding.Kind).Select(kind => $"{Format.Count(kind.Count())} {StateLook.Of(kind.Key).Label}"));

    private Dictionary<string, List<Finding>> Follows { get; set; } = [];

    // What another probably caused is shown with that, and what that caused too. A cause stands before what follows from it, so no two can name each other.
    private static Dictionary<string, List<Finding>> FollowsOf(IReadOnlyList<Finding> findings)
    {
        var (first, follows) = (new Dictionary<string, string>(), new Dictionary<string, List<Finding>>());
        foreach (var finding in findings)
        {
            if (finding.Cause is { } cause && cause != finding.Id && first.TryGetValue(cause, out var root))
            {
                if (!follows.TryGetValue(root, out var list))
                    follows[root] = list = [];
                list.Add(finding);
                first.TryAdd(finding.Id, root);
            }
            else
            {
                first.TryAdd(finding.Id, finding.Id);
            }
        }

        return follows;
    }

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        // Sentences hold times and change by themselves: a finding is known by its kind, its stage and its place among those alike.
        var alike = new Dictionary<(FindingKind, string?), int>();
        var keyed = new List<(object Key, Finding Finding)>(Run.Findings.Count);
        Follows = FollowsOf(Run.Findings);
        var nested = Follows.SelectMany(cause => cause.Value).ToHashSet<Finding>(ReferenceEqualityComparer.Instance);
        foreach (var finding in Run.Findings.Where(finding => !nested.Contains(finding)))
        {
            var place = alike.GetValueOrDefault((finding.Kind, finding.Stage));
            alike[(finding.Kind, finding.Stage)] = place + 1;
            keyed.Add(((finding.Kind, finding.Stage, place), finding));
        }

        if (IsFolded)
        {
            (Shown, Rest) = ([], keyed);
            return;
        }

        if (keyed.Count <= Open + 1)
        {
            (Shown, Rest) = (keyed, []);
            return;
        }

        // The worst of each kind first: many small failures must not hide that jobs are missing. What only waits may be folded.
        var open = keyed.Where(f => f.Finding.Kind != FindingKind.Waiting).DistinctBy(f => f.Finding.Kind)
            .Concat(keyed).DistinctBy(f => f.Key).Take(Open).Select(f => f.Key).ToHashSet();
        Shown = [.. keyed.Where(f => open.Contains(f.Key))];
        Rest = [.. keyed.Where(f => !open.Contains(f.Key))];
    }
}
