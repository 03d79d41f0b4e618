using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Runs;

/// <summary>What the timeline draws, in words.</summary>
public static class TimelineWords
{
    /// <summary>Of a stage.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="now">The right end of the timeline, in UTC.</param>
    /// <param name="zone">The zone in which times are read; null for UTC.</param>
    public static string Of(StageSpan stage, DateTimeOffset now, TimeZoneInfo? zone = null)
    {
        ArgumentNullException.ThrowIfNull(stage);
        var going = stage.Counts.Unfinished > 0;
        if (stage.StartedAt is not { } start)
            return stage.InsertedAt is { } since && going ? $"{Format.Jobs(stage.Counts.Total)}; none has started for {Format.Duration(now - since)}" : $"{Format.Jobs(stage.Counts.Total)}; none has started";
        var waited = start >= stage.InsertedAt ? $"first started {Format.Duration(start - stage.InsertedAt.Value)} after it was inserted, at {Format.Clock(start, zone)}" : $"first started at {Format.Clock(start, zone)}";
        var ended = going ? "goes on" : stage.FinishedAt is { } end ? $"last finished at {Format.Clock(end, zone)}" : "no finish is known";
        return $"{Format.Jobs(stage.Counts.Total)}; {waited}; {ended}";
    }
}
