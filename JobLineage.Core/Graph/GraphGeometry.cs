using System.Globalization;
using System.Text;

namespace JobLineage.Core.Graph;

/// <summary>Corners into SVG path data.</summary>
public static class GraphGeometry
{
    private const double Radius = 8;

    /// <summary>A line through <paramref name="points"/> with rounded corners.</summary>
    public static string Path(IReadOnlyList<GraphPoint> points)
    {
        if (points.Count == 0)
            return "";

        var path = new StringBuilder();
        Append(path, 'M', points[0]);
        for (var i = 1; i + 1 < points.Count; i++)
        {
            var (before, corner, after) = (points[i - 1], points[i], points[i + 1]);
            var radius = Math.Min(Radius, Math.Min(Length(before, corner), Length(corner, after)) / 2);
            Append(path, 'L', Towards(corner, before, radius));
            Append(path, 'Q', corner);
            Append(path, ' ', Towards(corner, after, radius));
        }

        if (points.Count > 1)
            Append(path, 'L', points[^1]);
        return path.ToString();
    }

    /// <summary>The same line without the corners at which it does not turn.</summary>
    internal static IReadOnlyList<GraphPoint> Straighten(IReadOnlyList<GraphPoint> points)
    {
        var kept = new List<GraphPoint>(points.Count);
        foreach (var point in points)
        {
            if (kept.Count > 0 && kept[^1] == point)
                continue;
            if (kept.Count > 1 && OnLine(kept[^2], kept[^1], point))
                kept[^1] = point;
            else
                kept.Add(point);
        }

        return kept;
    }

    private static bool OnLine(GraphPoint a, GraphPoint b, GraphPoint c) =>
        (Same(a.Y, b.Y) && Same(b.Y, c.Y)) || (Same(a.X, b.X) && Same(b.X, c.X));

    private static bool Same(double a, double b) => Math.Abs(a - b) < 0.01;

    private static double Length(GraphPoint a, GraphPoint b) => Math.Abs(a.X - b.X) + Math.Abs(a.Y - b.Y);

    private static GraphPoint Towards(GraphPoint from, GraphPoint to, double distance) =>
        Length(from, to) is var length && length < 0.01
            ? from
            : new(from.X + (to.X - from.X) * distance / length, from.Y + (to.Y - from.Y) * distance / length);

    private static void Append(StringBuilder path, char command, GraphPoint point) =>
        path.Append(CultureInfo.InvariantCulture, $"{command}{point.X:0.##},{point.Y:0.##}");
}
