using System.Globalization;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Compare;

/// <summary>The orders of the table of stages.</summary>
public enum StageSort
{
    /// <summary>As the stages hang together.</summary>
    Tree,

    /// <summary>The largest difference in jobs first.</summary>
    Jobs,

    /// <summary>The largest rise in final failures first.</summary>
    Failed,

    /// <summary>What waits longer than before first.</summary>
    Waits,

    /// <summary>What runs longer than before first.</summary>
    Runs,
}

/// <summary>Differences as they are shown.</summary>
internal static class CompareWords
{
    /// <summary>How a change looks: word, icon, class.</summary>
    public static (string Word, string Icon, string Css) Look(ChangeKind kind) => kind switch
    {
        ChangeKind.Added => ("added", Glyphs.Plus, "change-added"),
        ChangeKind.Removed => ("removed", Glyphs.Cross, "change-removed"),
        ChangeKind.More => ("more", Glyphs.Up, "change-more"),
        ChangeKind.Less => ("less", Glyphs.Down, "change-less"),
        _ => ("same", Glyphs.Equal, "change-same"),
    };

    /// <summary><c>+12</c>, <c>−3</c>, <c>±0</c>.</summary>
    public static string Signed(long difference) => difference switch
    {
        > 0 => "+" + Format.Count(difference),
        < 0 => "−" + Format.Count(-difference),
        _ => "±0",
    };

    /// <summary>A number of jobs for each; a dash where there is none.</summary>
    public static string Ratio(double? ratio) => ratio is { } value ? "×" + Format.Ratio(value) : Format.None;

    /// <summary>The difference of two parts, in points of a percent; null when it is nothing.</summary>
    public static string? Points(double? before, double? after) =>
        (after ?? 0) - (before ?? 0) is var points && Math.Abs(points) >= 0.0005
            ? (points > 0 ? "+" : "−") + (Math.Abs(points) * 100).ToString("0.#", CultureInfo.InvariantCulture) + " pt"
            : null;

    /// <summary>How many times as long; null when that is nothing worth saying.</summary>
    public static string? Times(TimeSpan? before, TimeSpan? after) => before is { Ticks: > 0 } was && after is { Ticks: > 0 } now
        && now / was is var times && times is >= 1.05 or <= 0.95
        ? "×" + Format.Ratio(times)
        : null;

    /// <summary>Whether more of this is worse, by which the difference is coloured.</summary>
    public static string Worse(double? difference) => difference switch { > 0 => "worse", < 0 => "better", _ => "" };
}
