namespace JobLineage.Core.Model;

/// <summary>What runs are put in order by.</summary>
public enum RunSort
{
    /// <summary>When anything last happened in them.</summary>
    Activity,

    /// <summary>When their root was inserted, or the first job where the root was never seen.</summary>
    Started,

    /// <summary>How long they took, or have been going on.</summary>
    Duration,

    /// <summary>How many jobs they have.</summary>
    Jobs,

    /// <summary>How many of their jobs failed for good.</summary>
    Failures,
}

/// <summary>Which runs to list, in which order, from where.</summary>
public sealed record RunsQuery
{
    /// <summary>Runs that are listed at once unless something else is asked for.</summary>
    public const int DefaultSize = 50;

    /// <summary>Only runs of this source; null for all.</summary>
    public string? Source { get; init; }

    /// <summary>Only runs whose root has this worker (full or short name); null for all.</summary>
    public string? Worker { get; init; }

    /// <summary>Only runs in this state; null for all.</summary>
    public RunState? State { get; init; }

    /// <summary>
    /// Only runs that have a job which meets all that this asks of jobs. Its texts are asked of the runs: a job's id, the run key, or any part of a worker,
    /// a step, an error or the root's arguments, whatever the case of its letters. Its span is as <see cref="Last"/>.
    /// </summary>
    public JobFilter Filter { get; init; } = JobFilter.All;

    /// <summary>The one text of the filter; null where it has none, or several.</summary>
    public string? Text { get => Filter.Texts is [var text] ? text : null; init => Filter = Filter with { Texts = value is null ? [] : [value] }; }

    /// <summary>Only runs in which something happened within this time before now; null for all.</summary>
    public TimeSpan? Last { get; init; }

    /// <summary>Only runs in which anything last happened at this time, in UTC, or later; null for all.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only runs in which anything last happened before this time, in UTC; null for all.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The order.</summary>
    public RunSort Sort { get; init; }

    /// <summary>The least first; the most, and the newest, otherwise.</summary>
    public bool Ascending { get; init; }

    /// <summary>Behind this place; null from the beginning.</summary>
    public RunsCursor? After { get; init; }

    /// <summary>Runs on a page, at least 1.</summary>
    public int PageSize { get; init; } = DefaultSize;

    /// <summary>Whether only runs of some time are wanted.</summary>
    public bool HasRange => Last is not null || From is not null || To is not null || Filter.From is not null;

    /// <summary>Whether runs have to be searched for what they hold.</summary>
    public bool IsSearched => Filter.Texts.Count > 0 || !Filter.OfJobs.IsAll;

    /// <summary>Whether each run has to be looked at, for what it is doing hangs on the moment.</summary>
    public bool IsExamined => State is RunState.Running or RunState.Stuck or RunState.Failing;
}
