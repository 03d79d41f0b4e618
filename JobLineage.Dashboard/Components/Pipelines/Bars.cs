using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Pipelines;

/// <summary>Values as bars of equal width, in a drawing of 1,000 by 100. Pure.</summary>
public static class Bars
{
    /// <summary>Place and size of each bar; null where there is no value. What is more than nothing is seen.</summary>
    public static IReadOnlyList<Bar?> Of(IReadOnlyList<double?> values, double top)
    {
        // The first stands at the left end and the last at the right, as the times below say; and a lone run is no wall.
        var step = 1000.0 / Math.Max(values.Count, 1);
        var width = Math.Min(step * 0.8, 1000.0 / 12 * 0.8);
        var space = values.Count < 2 ? 0 : (1000 - width) / (values.Count - 1);
        return [.. values.Select((value, i) => value is { } height
            ? new Bar(i * space, width, height <= 0 || top <= 0 ? 0 : Math.Clamp(96 * height / top, 2, 96))
            : null)];
    }

    /// <summary>All bars as one path.</summary>
    public static string Path(IReadOnlyList<double?> values) => string.Concat(
        Of(values, values.Max() ?? 0).OfType<Bar>().Where(bar => bar.Height > 0)
            .Select(bar => $"M{Show.Px(bar.X)} 100v-{Show.Px(bar.Height)}h{Show.Px(bar.Width)}v{Show.Px(bar.Height)}z"));
}

/// <summary>A bar, standing on the ground of its drawing.</summary>
/// <param name="X">Its left side.</param>
/// <param name="Width">How wide it is.</param>
/// <param name="Height">How high.</param>
public sealed record Bar(double X, double Width, double Height);
