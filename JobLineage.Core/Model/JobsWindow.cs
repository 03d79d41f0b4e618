namespace JobLineage.Core.Model;

/// <summary>A span of time by which jobs are chosen. Both times are in UTC.</summary>
/// <param name="From">Its beginning.</param>
/// <param name="To">Its end, which is no part of it.</param>
public sealed record JobsWindow(DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>The span between two times as they stand in an address; null where they make none.</summary>
    public static JobsWindow? Parse(string? from, string? to) => TimeWords.Time(from) is { } begin && TimeWords.Time(to) is { } end && begin < end ? new(begin, end) : null;

    /// <summary>As <see cref="TimeWords.Of(DateTimeOffset)"/> writes it: whole seconds that hold all of it.</summary>
    public static JobsWindow? Around(DateTimeOffset from, DateTimeOffset to)
    {
        var second = TimeSpan.TicksPerSecond;
        var (first, last) = (from.UtcTicks / second * second, (to.UtcTicks + second - 1) / second * second);
        return first < last ? new(new(first, TimeSpan.Zero), new(last, TimeSpan.Zero)) : null;
    }
}
