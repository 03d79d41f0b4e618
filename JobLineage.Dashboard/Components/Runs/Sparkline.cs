using System.Runtime.CompilerServices;
using System.Text;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Runs;

/// <summary>
/// The last runs of a pipeline as small bars: as long as they took, in the look of how they ended. One path for each
/// outcome, made once for all who look.
/// </summary>
/// <param name="Finished">The bars of runs that ended well, as SVG path data.</param>
/// <param name="Failed">Those of runs with jobs that failed for good.</param>
/// <param name="Words">What they say.</param>
public sealed record Sparkline(string Finished, string Failed, string Words)
{
    /// <summary>How wide the drawing is.</summary>
    public const int Width = PipelineTrend.MostRuns * Step;

    /// <summary>How high the drawing is.</summary>
    public const int Height = 21;

    // Below the bars is a mark for each run that failed, for those to whom the colours look alike.
    private const int Floor = 17;
    private const double Mark = 2;

    private const int Step = 4;

    // A run that took no time at all is one that was.
    private const double Least = 2;

    private static readonly ConditionalWeakTable<PipelineTrend, Sparkline> Drawn = [];

    /// <summary>The drawing of a trend.</summary>
    public static Sparkline Of(PipelineTrend trend) => Drawn.GetValue(trend, Draw);

    private static Sparkline Draw(PipelineTrend trend)
    {
        var longest = trend.Runs.Max(run => run.Took) ?? TimeSpan.Zero;
        var (finished, failed) = (new StringBuilder(), new StringBuilder());
        for (var i = 0; i < trend.Runs.Count; i++)
        {
            var run = trend.Runs[i];
            var height = longest > TimeSpan.Zero && run.Took is { } took ? Math.Max(Least, took / longest * Floor) : Least;
            // The newest at the right, whatever their number.
            var x = ((PipelineTrend.MostRuns - trend.Runs.Count + i) * Step) + 1.5;
            var bars = run.Discarded > 0 ? failed : finished;
            bars.Append('M').Append(Show.Px(x)).Append(' ').Append(Floor).Append('v').Append(Show.Px(-height));
            if (run.Discarded > 0)
                bars.Append('M').Append(Show.Px(x)).Append(' ').Append(Height).Append('v').Append(Show.Px(-Mark));
        }

        var bad = trend.Runs.Count(run => run.Discarded > 0);
        var words = new StringBuilder(trend.Runs.Count == 1 ? "The last run that ended" : $"The last {trend.Runs.Count} runs that ended");
        words.Append(bad == 0 ? ": none failed" : $": {bad} failed");
        if (trend.Runs[^1].Took is { } last)
            words.Append($"; the last took {Format.Duration(last)}, the longest {Format.Duration(longest)}");
        return new(finished.ToString(), failed.ToString(), words.ToString());
    }
}
