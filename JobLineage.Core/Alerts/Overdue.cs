using JobLineage.Core.Configuration;
using JobLineage.Core.Contract;

namespace JobLineage.Core.Alerts;

/// <summary>A pipeline that is expected to finish again and again.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="Pipeline">The worker of the pipeline's root, in full or by its short name.</param>
/// <param name="Within">How long ago the last success may be.</param>
public sealed record OverdueRule(
    [property: Setting] string Source,
    [property: Setting(Required = "give the worker of the pipeline's root, as in App.SyncJob")] string Pipeline,
    [property: Setting("; " + OverdueRule.Period, Least = "00:01:00", Most = "366.00:00:00", IsPlainDays = true, Required = OverdueRule.Period)] TimeSpan Within)
{
    private const string Period = "write it as 1.00:00:00 (a day), between a minute and a year";

    /// <summary><see cref="Within"/> in words: 1 d 12 h.</summary>
    public string WithinWords => Format.Exact(Within);
}

/// <summary>How a pipeline that is expected to finish stands.</summary>
/// <param name="Rule">What is expected.</param>
/// <param name="Worker">The worker's full name; as configured while no such pipeline, or more than one, is known.</param>
/// <param name="LastAt">When it last finished successfully; null: that is not known.</param>
/// <param name="IsOverdue">Whether that is too long ago.</param>
/// <param name="IsJudged">Whether the source was followed for long enough to know.</param>
/// <param name="IsMuted">Whether nothing is told of the pipeline now.</param>
/// <param name="ToldIn">The digest that says so; null when none does that may have arrived.</param>
public sealed record OverdueState(
    OverdueRule Rule, string Worker, DateTimeOffset? LastAt, bool IsOverdue, bool IsJudged, bool IsMuted, long? ToldIn);
