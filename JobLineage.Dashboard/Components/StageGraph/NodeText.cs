using JobLineage.Core.Graph;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.StageGraph;

/// <summary>One count within a node.</summary>
/// <param name="State">The state.</param>
/// <param name="Count">How many jobs.</param>
/// <param name="Text">The number as it is drawn.</param>
/// <param name="Label">The state's name beside it; null when there is no room.</param>
/// <param name="X">The place within the node.</param>
/// <param name="Y">The place within the node: the line the number stands on.</param>
public readonly record struct NodeCount(JobState State, long Count, string Text, string? Label, double X, double Y);

/// <summary>
/// Where the counts stand within a node: cells of fixed width, so that a number that grows pushes nothing. Few states have
/// their names beside them; more of them have icons only. Widths are reckoned with a wide font, since none is shipped.
/// </summary>
public static class NodeText
{
    /// <summary>From the node's edge to its content.</summary>
    public const double Inset = 12;

    private const double Bold = 9;
    private const double Regular = 7;
    private const double FirstLine = 63;
    private const double LineHeight = 18;

    /// <summary>The counts of a stage in their places.</summary>
    public static IReadOnlyList<NodeCount> Counts(StateCounts counts, double nodeWidth)
    {
        var entries = counts.NonZero().ToArray();
        var columns = entries.Length switch { <= 2 => 1, <= 4 => 2, _ => 4 };
        var cell = (nodeWidth - 2 * Inset) / columns;
        var room = (int)((cell - 16) / Regular);
        // All names or none: a name that comes and goes with a digit would be harder to read than none.
        var named = columns < 4 && entries.All(entry =>
            Format.Count(entry.Value).Length + 1 + StateLook.Of(entry.Key).Label.Length <= room);
        var placed = new NodeCount[entries.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            var (state, count) = entries[i];
            var text = Format.Count(count);
            placed[i] = new(
                state, count, text.Length <= room ? text : Brief(count), named ? StateLook.Of(state).Label : null,
                Inset + i % columns * cell, FirstLine + i / columns * LineHeight);
        }

        return placed;
    }

    /// <summary>The name of a stage, cut to what the total leaves of its line.</summary>
    public static string Name(string name, long total, double nodeWidth) =>
        Format.Short(name, Math.Max(4, (int)((nodeWidth - 2 * Inset) / Bold) - Format.Count(total).Length - 1));

    /// <summary>Three digits and a unit, where the number does not fit; its tooltip and the panel have it whole.</summary>
    public static string Brief(long count) => count switch
    {
        >= 1_000_000_000 => Scaled(count / 1e9, "G"),
        >= 1_000_000 => Scaled(count / 1e6, "M"),
        >= 1_000 => Scaled(count / 1e3, "k"),
        _ => Format.Count(count),
    };

    /// <summary>The jobs that a closed stage hides, cut to what its marks leave of the line.</summary>
    public static string JobsIn(long count, int marks) => marks < 3 ? Format.Jobs(count) : $"{Brief(count)} jobs";

    /// <summary>What a closed stage hides, in words.</summary>
    public static string Hidden(HiddenBelow below)
    {
        var marks = string.Join(", ", below.Marks.NonZero().Select(mark => $"{Format.Count(mark.Stages, "stage")} {StateLook.Of(mark.Kind).Label}"));
        return $"{Format.Count(below.Stages, "stage")} below it with {Format.Jobs(below.Counts.Total)} ({Show.Counts(below.Counts)})"
            + (marks.Length > 0 ? $", {marks}" : "");
    }

    // Cut, not rounded: 999,950 must not read as 1000k.
    private static string Scaled(double value, string unit) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{(value < 100 ? Math.Floor(value * 10) / 10 : Math.Floor(value)):0.#}{unit}");
}
