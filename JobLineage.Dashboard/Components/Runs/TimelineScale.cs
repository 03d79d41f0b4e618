using System.Globalization;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Runs;

/// <summary>Puts moments on a line, in parts of a hundred. Pure.</summary>
/// <param name="From">The left end.</param>
/// <param name="To">The right end.</param>
public sealed record TimelineScale(DateTimeOffset From, DateTimeOffset To)
{
    // A job of a millisecond can still be seen and pointed at.
    private const double Least = 0.4;

    private static readonly TimeSpan[] Steps =
    [
        .. new[] { 1, 2, 5, 10, 15, 30 }.Select(n => TimeSpan.FromSeconds(n)),
        .. new[] { 1, 2, 5, 10, 15, 30 }.Select(n => TimeSpan.FromMinutes(n)),
        .. new[] { 1, 2, 3, 6, 12 }.Select(n => TimeSpan.FromHours(n)),
        .. new[] { 1, 2, 7, 14, 30, 90, 365 }.Select(n => TimeSpan.FromDays(n)),
    ];

    private double Length => Math.Max(1, (To - From).Ticks);

    /// <summary>The place of a moment, from 0 to 100; those outside stand at the end they are nearest to.</summary>
    public double At(DateTimeOffset at) => Math.Clamp((at - From).Ticks / Length * 100, 0, 100);

    /// <summary>The style of a bar between two moments; null when there is nothing to draw.</summary>
    public string? Bar(DateTimeOffset? from, DateTimeOffset? to)
    {
        if (from is not { } begin || to is not { } end || end < begin || end < From || begin > To)
            return null;
        var width = Math.Max(At(end) - At(begin), Least);
        return string.Create(CultureInfo.InvariantCulture, $"left:{Math.Min(At(begin), 100 - width):0.###}%;width:{width:0.###}%");
    }

    /// <summary>Round steps from the left end, with how long after it they are; at most eight.</summary>
    public IEnumerable<(string Style, string Label)> Ticks()
    {
        var step = Array.Find(Steps, step => (To - From) / step <= 7);
        if (step == default)
            step = (To - From) / 6;
        for (var at = step; step > TimeSpan.Zero && at < To - From; at += step)
            yield return (string.Create(CultureInfo.InvariantCulture, $"left:{At(From + at):0.###}%"), "+" + Format.Tick(at));
    }
}
