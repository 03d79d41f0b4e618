using System.Globalization;
using System.Text;

namespace JobLineage.Dashboard.Components.Runs;

/// <summary>When jobs of a stage ran, as bars of equal width side by side: a part of the time in which none ran is a gap. Pure.</summary>
public static class ActivityPath
{
    private const double Height = 10;

    // One job beside a thousand is seen.
    private const double Least = 3;

    /// <summary>The bars as SVG path data in a drawing as wide as there are parts, and ten high; empty where nothing ran.</summary>
    public static string Of(IReadOnlyList<int> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        var most = activity.Count == 0 ? 0 : activity.Max();
        if (most == 0)
            return "";
        var path = new StringBuilder();
        for (var at = 0; at < activity.Count;)
        {
            var height = HeightOf(activity[at], most);
            var from = at;
            // Bars of one height are one rectangle: a stage that ran evenly costs a line.
            while (at < activity.Count && HeightOf(activity[at], most) == height)
                at++;
            if (height > 0)
                path.Append(CultureInfo.InvariantCulture, $"M{from} 10v{-height:0.#}h{at - from}v{height:0.#}z");
        }

        return path.ToString();
    }

    // By the square root: of what differs a thousandfold both are seen.
    private static double HeightOf(int jobs, int most) => jobs == 0 ? 0 : Math.Round(Least + ((Height - Least) * Math.Sqrt((double)jobs / most)));
}
