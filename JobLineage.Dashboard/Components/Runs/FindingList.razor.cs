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

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        // Sentences hold times and change by themselves: a finding is known by its kind, its stage and its place among those alike.
        var alike = new Dictionary<(FindingKind, string?), int>();
        var keyed = new List<(object Key, Finding Finding)>(Run.Findings.Count);
        foreach (var finding in Run.Findings)
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
