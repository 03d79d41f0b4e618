using System.Text.Json.Serialization;

namespace JobLineage.Core.Alerts;

/// <summary>What a digest tells, frozen when it is made. Bounded: what is left out is counted. Times are in UTC.</summary>
public sealed record DigestContent
{
    /// <summary>Names the digest for ever, in headers and to those who receive it.</summary>
    public required Guid Key { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>Where the dashboard is, without a slash at the end.</summary>
    public required string BaseUrl { get; init; }

    /// <summary>How many final failures it tells of.</summary>
    public required long Failures { get; init; }

    /// <summary>In how many runs they are; singles are none.</summary>
    public required long RunCount { get; init; }

    /// <summary>How many of them are jobs that stand alone.</summary>
    public required long Singles { get; init; }

    /// <summary>When the first of them failed; without any, when the digest was made.</summary>
    public required DateTimeOffset FirstAt { get; init; }

    /// <summary>When the last of them failed; without any, when the digest was made.</summary>
    public required DateTimeOffset LastAt { get; init; }

    /// <summary>How many of them an earlier message may have told of: nobody knows whether that arrived.</summary>
    public long ToldBefore { get; init; }

    /// <summary>The runs with the most failures; the singles of a source stand among them.</summary>
    public required IReadOnlyList<DigestRun> Runs { get; init; }

    /// <summary>How many runs are not listed.</summary>
    public long MoreRuns { get; init; }

    /// <summary>How many failures are in runs that are not listed.</summary>
    public long MoreFailures { get; init; }

    /// <summary>Pipelines that have not finished successfully in time; each is told of once, until it has.</summary>
    public IReadOnlyList<DigestOverdue> Overdue { get; init; } = [];

    /// <summary>Mutes that have ended, and how many failures they held back; those are not among <see cref="Failures"/>.</summary>
    public IReadOnlyList<DigestMuted> Muted { get; init; } = [];

    /// <summary>Failures from before the starting line that this digest passed over: counted, and told to nobody.</summary>
    public long Older { get; init; }

    /// <summary>Sources that could not be read when the digest was made: what failed there since is not in it.</summary>
    public IReadOnlyList<DigestUnread> Unread { get; init; } = [];

    /// <summary>Rows that could not be read since the last digest: whether these jobs failed is not known.</summary>
    public IReadOnlyList<DigestPutAside> PutAside { get; init; } = [];

    /// <summary>How many notes about sources, pipelines and mutes are not listed.</summary>
    public long MoreNotes { get; init; }

    /// <summary>How many of those are about sources and their rows.</summary>
    public long MoreSources { get; init; }

    /// <summary>How many rows could not be read in all, those among them that an earlier digest named.</summary>
    public long RowsAside { get; init; }

    /// <summary>Whether everything was read, so that what is not told did not happen.</summary>
    [JsonIgnore]
    public bool IsWhole => Unread.Count == 0 && RowsAside == 0;

    /// <summary>Somebody tries the channel: nothing has failed.</summary>
    public bool IsTest { get; init; }
}

/// <summary>A pipeline that has not finished successfully in time.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="Pipeline">The worker of the pipeline's root; as configured while no such pipeline, or more than one, is known.</param>
/// <param name="Within">How long ago the last success may be.</param>
/// <param name="LastAt">The last success; null: none is known.</param>
public sealed record DigestOverdue(string Source, string Pipeline, TimeSpan Within, DateTimeOffset? LastAt);

/// <summary>A mute that has ended.</summary>
/// <param name="Mute">Its number.</param>
/// <param name="Source">The source's name.</param>
/// <param name="Pipeline">The worker of the pipeline's root.</param>
/// <param name="Failures">How many final failures it held back.</param>
/// <param name="Until">When it ended.</param>
/// <param name="Reason">Why the pipeline was muted.</param>
public sealed record DigestMuted(long Mute, string Source, string Pipeline, long Failures, DateTimeOffset Until, string Reason);

/// <summary>A source that could not be read, or not to its end, when a digest was made.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="AsOf">The moment up to which it was read; null: not known, as of one that never was.</param>
/// <param name="Problem">A sentence about what stands in the way.</param>
public sealed record DigestUnread(string Source, DateTimeOffset? AsOf, string Problem);

/// <summary>Rows of a source that could not be read.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="Rows">How many.</param>
/// <param name="Sentences">What is wrong with the first of them.</param>
public sealed record DigestPutAside(string Source, long Rows, IReadOnlyList<string> Sentences);

/// <summary>The failures of one run, or the singles of a source.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="RootId">The run's root; null: jobs that stand alone.</param>
/// <param name="Worker">The root's worker as <see cref="DigestNames"/> writes it; empty for singles.</param>
/// <param name="Failures">How many.</param>
/// <param name="Groups">By stage and kind of error, the most frequent first.</param>
/// <param name="MoreGroups">How many groups are not listed.</param>
/// <param name="MoreFailures">How many failures are in groups that are not listed.</param>
public sealed record DigestRun(
    string Source, string? RootId, string Worker, long Failures, IReadOnlyList<DigestGroup> Groups, long MoreGroups, long MoreFailures);

/// <summary>Failures of one stage with one kind of error.</summary>
/// <param name="Stage">The stage's path; of singles the worker.</param>
/// <param name="Fingerprint">The number of the kind of error; null when the jobs left none.</param>
/// <param name="Error">The kind of error, without the engine's wrapper.</param>
/// <param name="Failures">How many.</param>
/// <param name="FirstAt">When the first failed.</param>
/// <param name="LastAt">When the last failed.</param>
/// <param name="LastMessage">The most recent error as it was written, without the engine's wrapper; null without one.</param>
/// <param name="Jobs">The most recent of the jobs.</param>
public sealed record DigestGroup(
    string Stage, int? Fingerprint, string Error, long Failures, DateTimeOffset FirstAt, DateTimeOffset LastAt, string? LastMessage,
    IReadOnlyList<DigestJob> Jobs)
{
    /// <summary>The type of these jobs, as <see cref="DigestNames"/> writes it; empty in digests of earlier versions.</summary>
    public string Worker { get; init; } = "";

    /// <summary>How many jobs are not listed.</summary>
    public long MoreJobs => Failures - Jobs.Count;
}

/// <summary>One job that failed for good.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Worker">Its worker, as <see cref="DigestNames"/> writes it.</param>
/// <param name="Target">What it worked on; null when the mapping names no key for it, or the job has none.</param>
/// <param name="Attempt">The attempt that failed, as the queue counts.</param>
/// <param name="MaxAttempts">Attempts allowed; 0 when not known.</param>
/// <param name="FailedAt">When it failed.</param>
public sealed record DigestJob(string Id, string Worker, string? Target, int Attempt, int MaxAttempts, DateTimeOffset FailedAt)
{
    /// <summary>The first line of its most recent error, without the engine's wrapper; null when it left none.</summary>
    public string? Error { get; init; }

    /// <summary>The arguments that tell it from its like, as <c>page=7</c>; null when none does.</summary>
    public string? Arguments { get; init; }
}
