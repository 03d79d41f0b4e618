using System.Globalization;

namespace JobLineage.Core.Model;

/// <summary>The orders in which the runs of a pipeline are listed.</summary>
public enum PipelineSort
{
    /// <summary>Last started first.</summary>
    Newest,

    /// <summary>Those that took longest first.</summary>
    Longest,

    /// <summary>Those with the most jobs first.</summary>
    Jobs,

    /// <summary>Those with the most final failures first.</summary>
    Failures,
}

/// <summary>Which runs of a pipeline are looked at. Equal queries share a reading.</summary>
public sealed record PipelineQuery
{
    /// <summary>Runs on a page, and in the charts.</summary>
    public const int Size = 50;

    /// <summary>The ranges that are offered, in days.</summary>
    public static readonly IReadOnlyList<int> Ranges = [1, 7, 30, 90];

    /// <summary>The source's name.</summary>
    public required string Source { get; init; }

    /// <summary>The full name of the root's worker.</summary>
    public required string Worker { get; init; }

    /// <summary>Only runs that started in so many days before now; null for all.</summary>
    public int? Days { get; init; }

    /// <summary>The order of the list.</summary>
    public PipelineSort Sort { get; init; }

    /// <summary>Only runs behind this place; null for the first page.</summary>
    public PipelineCursor? After { get; init; }
}

/// <summary>The place of a run in the list of a pipeline's runs: a list goes on behind it even when the run has been dropped.</summary>
/// <param name="Sort">The order of the list.</param>
/// <param name="Value">By what it stands there: ticks, milliseconds or a number; the least of all numbers where that is unknown.</param>
/// <param name="Run">The number of the run in the store.</param>
public sealed record PipelineCursor(PipelineSort Sort, long Value, long Run)
{
    /// <summary>As it stands in an address: digits, '-' and '.'.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(int)Sort}.{Value}.{Run}");

    /// <summary>Reads what <see cref="ToString"/> wrote; null when it is something else, or of another order.</summary>
    public static PipelineCursor? Parse(string? text, PipelineSort sort) =>
        text?.Split('.') is [var order, var value, var run]
        && order == ((int)sort).ToString(CultureInfo.InvariantCulture)
        && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && (sort != PipelineSort.Newest || number <= DateTime.MaxValue.Ticks)
        && long.TryParse(run, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? new(sort, number, id)
            : null;
}
