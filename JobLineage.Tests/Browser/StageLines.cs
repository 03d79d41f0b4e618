using AngleSharp.Html.Parser;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Browser;

/// <summary>The stages of a run and their counts as lines of text, wherever they come from.</summary>
internal static class StageLines
{
    /// <summary>What was counted independently.</summary>
    public static IReadOnlyList<string> Of(RecordedTruth truth) => Sorted(truth.Stages.Select(stage =>
        Line(stage.Path, stage.Counts.Select(count => $"{count.Key} {count.Value}"))));

    /// <summary>What a document says before any script has run.</summary>
    public static IReadOnlyList<string> Of(string html) => Sorted(new HtmlParser().ParseDocument(html).QuerySelectorAll("[data-stage]").Select(stage =>
        Line(stage.GetAttribute("data-stage")!, stage.QuerySelectorAll("[data-state]").Select(count =>
            $"{count.GetAttribute("data-state")} {count.GetAttribute("data-count")}"))));

    public static IReadOnlyList<string> Sorted(IEnumerable<string> lines) => [.. lines.Order(StringComparer.Ordinal)];

    private static string Line(string path, IEnumerable<string> counts) => $"{path}: {string.Join(", ", counts.Order(StringComparer.Ordinal))}";
}
