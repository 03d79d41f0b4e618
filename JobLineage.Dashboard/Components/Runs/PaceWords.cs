using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Runs;

/// <summary>How fast a stage goes and when it will be through, in a sentence that says from what.</summary>
public static class PaceWords
{
    /// <summary>The sentences.</summary>
    public static string Of(StageEvidence seen, Stage stage)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(stage);
        var lately = seen.PerMinute.Take(5).ToList();
        var finished = lately.Sum();
        if (finished == 0)
            return $"None finished in the last {lately.Count} minutes, so no finish can be estimated.";
        // The mean of some minutes is no pace of the present when the last ones brought nothing.
        var silent = lately.TakeWhile(count => count == 0).Count();
        if (silent >= 2)
            return $"None finished in the last {silent} minutes; {Format.Count(finished)} in the {lately.Count - silent} before, so no finish can be estimated.";
        var pace = $"{Format.Rate((double)finished / lately.Count)} finished a minute over the last {lately.Count} minutes.";
        if (seen.Forecast is not { } forecast)
            return stage.Counts.Available + stage.Counts.Executing == 0 ? pace : $"{pace} Too few or too uneven to estimate a finish.";
        var later = stage.Counts.Scheduled + stage.Counts.Suspended + stage.Counts.Retryable;
        var others = later > 0 ? $", not counting {Format.Count(later)} that wait for a time or a retry" : "";
        return $"{pace} The remaining {Format.Jobs(forecast.Remaining)} take {Range(forecast.Soonest, forecast.Latest)} at {Format.Rate(forecast.Slow)} to {Format.Rate(forecast.Fast)} a minute, as in the last {forecast.Minutes} minutes, if no more come{others}.";
    }

    private static string Range(TimeSpan soonest, TimeSpan latest)
    {
        var (from, to) = (Words(soonest), Words(latest));
        return from != to ? $"{from} to {to}" : latest.TotalMinutes < 1 ? from : $"about {from}";
    }

    private static string Words(TimeSpan span) => span.TotalMinutes < 1 ? "less than a minute" : Format.Roughly(span);
}
