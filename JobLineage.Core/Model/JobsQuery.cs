namespace JobLineage.Core.Model;

/// <summary>The orders in which the jobs of a run are listed.</summary>
public enum JobSort
{
    /// <summary>What failed first, then what goes on, then what finished well; the last due first in each state.</summary>
    Errors,

    /// <summary>The last due first; with an error chosen, the last failed first.</summary>
    Newest,

    /// <summary>The first due first; with an error chosen, the first failed first.</summary>
    Oldest,

    /// <summary>Only jobs with a finish time, the last finished first.</summary>
    Finished,
}

/// <summary>Which jobs of a run to list, in which order, from where.</summary>
public sealed record JobsQuery
{
    /// <summary>Jobs that are listed at once unless something else is asked for.</summary>
    public const int DefaultSize = 100;

    /// <summary>The most jobs that are listed at once.</summary>
    public const int LargestSize = 200;

    /// <summary>The source's name.</summary>
    public required string Source { get; init; }

    /// <summary>The id of the root, or of any job of the run.</summary>
    public required string RootId { get; init; }

    /// <summary>Which of its jobs.</summary>
    public JobFilter Filter { get; init; } = JobFilter.All;

    /// <summary>Only jobs whose last attempt ran at some time in this span; null for all.</summary>
    public JobsWindow? Within { get; init; }

    /// <summary>The order.</summary>
    public JobSort Sort { get; init; } = JobSort.Errors;

    /// <summary>Behind this place; null from the beginning.</summary>
    public JobsCursor? After { get; init; }

    /// <summary>At most so many, from 1 to <see cref="LargestSize"/>.</summary>
    public int Size { get; init; } = DefaultSize;
}
