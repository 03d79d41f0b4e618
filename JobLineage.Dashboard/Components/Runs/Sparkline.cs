using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Runs;

/// <summary>
/// The last runs of a pipeline as squares, each a link to its run, in the look of how it ended. One text for all who look: twenty links in each row of a list would weigh more than
/// all else that a viewer costs.
/// </summary>
/// <param name="Squares">The squares as HTML; whatever comes from a queue is encoded in it.</param>
/// <param name="Words">What they say.</param>
/// <param name="Usual">What these runs took: the median; null where too few are known.</param>
public sealed record Sparkline(string Squares, string Words, TimeSpan? Usual)
{
    /// <summary>Fewer runs say nothing of what is usual.</summary>
    private const int Enough = 3;

    private static readonly ConditionalWeakTable<PipelineTrend, Sparkline> Drawn = [];

    /// <summary>The drawing of a trend.</summary>
    /// <param name="trend">The trend.</param>
    /// <param name="source">The source of its pipeline.</param>
    public static Sparkline Of(PipelineTrend trend, string source) => Drawn.GetValue(trend, runs => Draw(runs, source));

    private static Sparkline Draw(PipelineTrend trend, string source)
    {
        // Of a new pipeline no run has ended yet.
        if (trend.Runs.Count == 0)
            return new("", "No run has ended yet", null);
        var html = HtmlEncoder.Default;
        var squares = new StringBuilder();
        foreach (var run in trend.Runs)
        {
            var took = run.Took is { } span ? $", took {Format.Roughly(span)}" : "";
            var title = $"Run {Format.Short(run.RootId, 40)}{took}: {(run.Discarded > 0 ? $"{Format.Count(run.Discarded)} of {Format.Jobs(run.Jobs)} failed" : Format.Jobs(run.Jobs))}";
            // A tab for each would be a thousand on a page; the pipeline's page has them all for the keyboard.
            squares.Append("<a tabindex=\"-1\" class=\"").Append(run.Discarded > 0 ? "bad" : "ok").Append("\" href=\"").Append(html.Encode(Urls.Run(source, run.RootId)))
                .Append("\" title=\"").Append(html.Encode(title)).Append("\" aria-label=\"").Append(html.Encode(title)).Append("\"></a>");
        }

        var bad = trend.Runs.Count(run => run.Discarded > 0);
        var words = new StringBuilder(trend.Runs.Count == 1 ? "The last run that ended" : $"The last {trend.Runs.Count} runs that ended");
        words.Append(bad == 0 ? ": none failed" : $": {bad} failed");
        if (trend.Runs[^1].Took is { } last)
            words.Append($"; the last took {Format.Duration(last)}, the longest {Format.Duration(trend.Runs.Max(run => run.Took) ?? last)}");
        var known = trend.Runs.Where(run => run.Took is not null).Select(run => run.Took).ToList();
        return new(squares.ToString(), words.ToString(), known.Count < Enough ? null : Middle([.. known.OfType<TimeSpan>().Order()]));
    }

    private static TimeSpan Middle(IReadOnlyList<TimeSpan> sorted) =>
        sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
}
