namespace JobLineage.Core.Model;

/// <summary>What the jobs of a stage tell besides their counts, all read at one moment.</summary>
/// <param name="Stage">The stage's path.</param>
/// <param name="AsOf">The moment of the reading, in UTC.</param>
/// <param name="Waiting">From due to begun; null when no job has both.</param>
/// <param name="Running">From begun to finished; null when no job has both.</param>
/// <param name="Sampled">How many finished jobs the spans are taken from: the newest.</param>
/// <param name="Finished">How many finished jobs (completed and discarded) there are; more than <paramref name="Sampled"/> when not all were looked at.</param>
/// <param name="PerMinute">Jobs that finished in each of the last minutes, the last minute first.</param>
/// <param name="Forecast">When it will be through at this pace; null when the data does not allow to say.</param>
/// <param name="Errors">The most frequent errors.</param>
/// <param name="ErrorKinds">How many kinds of error there are in all.</param>
/// <param name="Contrast">What sets the failed apart from the succeeded; null when too few of either are known.</param>
/// <param name="Jobs">The first jobs, errors first.</param>
public sealed record StageEvidence(
    string Stage,
    DateTimeOffset AsOf,
    SpanStatistics? Waiting,
    SpanStatistics? Running,
    long Sampled,
    long Finished,
    IReadOnlyList<long> PerMinute,
    Forecast? Forecast,
    IReadOnlyList<ErrorGroup> Errors,
    long ErrorKinds,
    ArgsContrastResult? Contrast,
    JobsPage Jobs)
{
    /// <summary>Whether the spans are taken from all finished jobs.</summary>
    public bool IsExact => Sampled >= Finished;
}

/// <summary>How long something took.</summary>
/// <param name="Median">Half took no longer.</param>
/// <param name="P95">95 of 100 took no longer.</param>
/// <param name="Jobs">How many jobs that is taken from.</param>
public sealed record SpanStatistics(TimeSpan Median, TimeSpan P95, long Jobs);

/// <summary>When a stage will be through, if nothing more comes and the pace stays.</summary>
/// <param name="Soonest">At the faster pace.</param>
/// <param name="Latest">At the slower pace.</param>
/// <param name="Remaining">Jobs that are ready or running.</param>
/// <param name="Slow">Jobs a minute, the slower pace.</param>
/// <param name="Fast">Jobs a minute, the faster pace.</param>
/// <param name="Minutes">Over how many minutes the paces were seen.</param>
public sealed record Forecast(TimeSpan Soonest, TimeSpan Latest, long Remaining, double Slow, double Fast, int Minutes);

/// <summary>What the arguments of failed jobs have that those of succeeded ones have not.</summary>
/// <param name="Failed">How many failed jobs were compared.</param>
/// <param name="Succeeded">With how many that succeeded.</param>
/// <param name="Differences">What sets them apart, the most telling first; empty when nothing does.</param>
public sealed record ArgsContrastResult(int Failed, int Succeeded, IReadOnlyList<ArgsDifference> Differences);

/// <summary>An argument that failed jobs have far more often than others.</summary>
/// <param name="Key">The top-level key.</param>
/// <param name="Value">Its value as text; null: the key is absent.</param>
/// <param name="FailedShare">The part of the failed that have it, from 0 to 1.</param>
/// <param name="SucceededShare">The part of the succeeded that have it, from 0 to 1.</param>
public sealed record ArgsDifference(string Key, string? Value, double FailedShare, double SucceededShare);
