using System.Globalization;

namespace JobLineage.Core.Model;

/// <summary>
/// The place of a run in a list: the list goes on behind it even when the run itself has gone elsewhere, and without
/// counting what lies before it.
/// </summary>
/// <param name="Sort">What the list is put in order by.</param>
/// <param name="Ascending">Whether the least comes first.</param>
/// <param name="Value">What it stands there by: a number, or microseconds.</param>
/// <param name="Id">The run's number in the store.</param>
/// <param name="At">The moment, in microseconds since 2000, to which what goes on was measured; 0 where nothing was.</param>
public sealed record RunsCursor(RunSort Sort, bool Ascending, long Value, long Id, long At)
{
    /// <summary>Before all runs of an order.</summary>
    public static RunsCursor Start(RunSort sort, bool ascending, long at) =>
        new(sort, ascending, ascending ? long.MinValue : long.MaxValue, ascending ? long.MinValue : long.MaxValue, at);

    /// <summary>As it stands in an address: letters, digits, '-' and '.'.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)Sort}.{(Ascending ? 'a' : 'd')}.{Value}.{Id}.{At}");

    /// <summary>Reads what <see cref="ToString"/> wrote; null when it is something else.</summary>
    public static RunsCursor? Parse(string? text) =>
        text?.Split('.') is [var sort, "a" or "d", var value, var id, var at] parts
        && int.TryParse(sort, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && Enum.IsDefined((RunSort)number)
        && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var place)
        && long.TryParse(id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var run)
        && long.TryParse(at, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var moment)
            ? new((RunSort)number, parts[1] == "a", place, run, moment)
            : null;
}
