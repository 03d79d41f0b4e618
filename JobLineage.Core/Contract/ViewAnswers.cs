using JobLineage.Core.Model;

namespace JobLineage.Core.Contract;

/// <summary>
/// A page of the jobs of a run. <c>total</c> is exact, and null where only looking at each job could tell; then
/// <c>examined</c> says at how many of <c>outOf</c> was looked. <c>next</c> goes into <c>page</c>.
/// </summary>
public sealed record JobsAnswer(
    string Source, string Root, long? Total, long? Examined, long? OutOf, bool Stopped, bool BelowTruncated, string? Next,
    IReadOnlyList<JobLineAnswer> Jobs)
{
    /// <summary>From what it shows.</summary>
    public static JobsAnswer Of(JobsPage page, JobsQuery query) => new(
        query.Source, query.RootId, page.Total, page.Examined, page.OutOf, page.Stopped, page.BelowTruncated, page.Next?.ToString(),
        [.. page.Jobs.Select(JobLineAnswer.Of)]);
}

/// <summary>A job in a list; <c>args</c> is text, and only its beginning where <c>argsAreCut</c>. The job itself has all.</summary>
public sealed record JobLineAnswer(
    string Id, string State, string Stage, string Worker, string Queue, int Attempt, int MaxAttempts,
    DateTimeOffset? ScheduledAt, DateTimeOffset? AttemptedAt, DateTimeOffset? FinishedAt, decimal? WaitedSeconds, decimal? RanSeconds,
    RawJson? Args, bool ArgsAreCut, string? Error, int? ErrorId, bool IsGone)
{
    /// <summary>From what it shows.</summary>
    public static JobLineAnswer Of(JobLine job) => new(
        job.Id, job.State.Name(), job.Stage, job.Worker, job.Queue, job.Attempt, job.MaxAttempts, job.ScheduledAt, job.AttemptedAt,
        job.FinishedAt, Format.Seconds(job.Waited), Format.Seconds(job.Ran), RawJson.Of(job.Args, job.ArgsAreCut), job.ArgsAreCut,
        job.Error, job.Fingerprint, job.IsGone);
}

/// <summary>The errors of a run; <c>total</c> kinds of error, of which the most frequent are here.</summary>
public sealed record ErrorsAnswer(
    string Source, string Root, long Jobs, long Total, IReadOnlyList<ErrorAnswer> Errors, IReadOnlyList<AncestorLevel> Levels)
{
    /// <summary>From what it shows.</summary>
    public static ErrorsAnswer Of(string source, string root, RunErrors errors) =>
        new(source, root, errors.Jobs, errors.Total, [.. errors.Groups.Select(ErrorAnswer.Of)], errors.Levels);
}

/// <summary>One kind of error; <c>id</c> goes into <c>error</c> of the jobs list, <c>message</c> is what the job that failed last says, null when that is not known any more.</summary>
public sealed record ErrorAnswer(
    int Id, string Fingerprint, long Discarded, long Others, DateTimeOffset? FirstAt, DateTimeOffset? LastAt, string? SampleJob,
    IReadOnlyList<ErrorPlace> Stages, string? Message)
{
    /// <summary>From what it shows.</summary>
    public static ErrorAnswer Of(ErrorGroup group) => new(
        group.Fingerprint, group.Text, group.Final, group.Other, group.FirstAt, group.LastAt, group.Sample, group.Stages, group.Message);
}

/// <summary>Final failures by their ancestor in one stage: <c>examined</c> of <c>outOf</c> were followed.</summary>
public sealed record FailuresAnswer(
    string Source, string Root, string Stage, long Failed, long OutOf, long Examined, long Ancestors, IReadOnlyList<FailuresBelowAnswer> Groups)
{
    /// <summary>From what it shows.</summary>
    public static FailuresAnswer Of(string source, string root, AncestorGroups groups) => new(
        source, root, groups.Stage, groups.Failed, groups.OutOf, groups.Examined, groups.Ancestors,
        [.. groups.Groups.Select(g => new FailuresBelowAnswer(g.Failed, JobLineAnswer.Of(g.Ancestor)))]);
}

/// <summary>A job with failures below it.</summary>
public sealed record FailuresBelowAnswer(long Failed, JobLineAnswer Ancestor);

/// <summary>A run over time. <c>inFlight</c> is at equal steps from <c>from</c> to <c>to</c>; <c>path</c> goes from the root to the last finish.</summary>
public sealed record TimelineAnswer(
    string Source, string Root, DateTimeOffset AsOf, DateTimeOffset? From, DateTimeOffset? To, IReadOnlyList<StageSpanAnswer> Stages,
    InFlight? InFlight, IReadOnlyList<JobLineAnswer> Path, long PathOmitted, bool PathIsFinal, long StagesOmitted)
{
    /// <summary>From what it shows.</summary>
    public static TimelineAnswer Of(string source, string root, RunTimeline line) => new(
        source, root, line.AsOf, line.From, line.To, [.. Most.Of(line.Stages, Most.Stages).Shown.Select(StageSpanAnswer.Of)], line.InFlight,
        [.. line.Path?.Steps.Select(JobLineAnswer.Of) ?? []], line.Path?.Omitted ?? 0, line.Path?.IsFinal ?? false, Most.Of(line.Stages, Most.Stages).Omitted);
}

/// <summary>A stage over time.</summary>
public sealed record StageSpanAnswer(
    string Path, IReadOnlyDictionary<string, long> Counts, DateTimeOffset? InsertedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt)
{
    /// <summary>From what it shows.</summary>
    public static StageSpanAnswer Of(StageSpan span) =>
        new(span.Stage, span.Counts.ByName(), span.InsertedAt, span.StartedAt, span.FinishedAt);
}

/// <summary>What the jobs of a stage tell; times in seconds, from <c>sampled</c> of <c>finished</c> jobs: the newest.</summary>
public sealed record StageEvidenceAnswer(
    string Source, string Root, string Path, DateTimeOffset AsOf, long Sampled, long Finished, SpanAnswer? Waiting, SpanAnswer? Running,
    IReadOnlyList<long> FinishedPerMinute, ForecastAnswer? Forecast, IReadOnlyList<ErrorAnswer> Errors, ArgsContrastResult? Contrast,
    IReadOnlyList<JobLineAnswer> Jobs)
{
    /// <summary>From what it shows.</summary>
    public static StageEvidenceAnswer Of(string source, string root, StageEvidence seen) => new(
        source, root, seen.Stage, seen.AsOf, seen.Sampled, seen.Finished, SpanAnswer.Of(seen.Waiting), SpanAnswer.Of(seen.Running),
        seen.PerMinute, ForecastAnswer.Of(seen.Forecast), [.. seen.Errors.Select(ErrorAnswer.Of)], seen.Contrast,
        [.. seen.Jobs.Jobs.Select(JobLineAnswer.Of)]);
}

/// <summary>How long something took, in seconds: half took no longer than <c>p50Seconds</c>, 95 of 100 no longer than <c>p95Seconds</c>; from so many jobs.</summary>
public sealed record SpanAnswer(decimal P50Seconds, decimal P95Seconds, long Jobs)
{
    /// <summary>An older name of <see cref="P50Seconds"/>; it goes with the next release.</summary>
    public decimal Median => P50Seconds;

    /// <summary>An older name of <see cref="P95Seconds"/>; it goes with the next release.</summary>
    public decimal P95 => P95Seconds;

    /// <summary>From what it shows; null of nothing.</summary>
    public static SpanAnswer? Of(SpanStatistics? span) => span is null ? null : new(Format.Seconds(span.Median), Format.Seconds(span.P95), span.Jobs);
}

/// <summary>When a stage will be through, in seconds from now.</summary>
public sealed record ForecastAnswer(double SoonestSeconds, double LatestSeconds, long Remaining, double SlowPerMinute, double FastPerMinute, int Minutes)
{
    /// <summary>From what it shows; null of nothing.</summary>
    public static ForecastAnswer? Of(Forecast? forecast) => forecast is null ? null : new(
        Math.Round(forecast.Soonest.TotalSeconds), Math.Round(forecast.Latest.TotalSeconds), forecast.Remaining, forecast.Slow, forecast.Fast, forecast.Minutes);
}
