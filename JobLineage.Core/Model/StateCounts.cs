namespace JobLineage.Core.Model;

/// <summary>How many jobs are in each state. Exact, never an estimate.</summary>
public readonly record struct StateCounts(
    long Available = 0,
    long Scheduled = 0,
    long Suspended = 0,
    long Executing = 0,
    long Retryable = 0,
    long Completed = 0,
    long Discarded = 0,
    long Cancelled = 0)
{
    /// <summary>The number of jobs in one state.</summary>
    public long this[JobState state] => state switch
    {
        JobState.Available => Available,
        JobState.Scheduled => Scheduled,
        JobState.Suspended => Suspended,
        JobState.Executing => Executing,
        JobState.Retryable => Retryable,
        JobState.Completed => Completed,
        JobState.Discarded => Discarded,
        JobState.Cancelled => Cancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <summary>All jobs.</summary>
    public long Total => Available + Scheduled + Suspended + Executing + Retryable + Completed + Discarded + Cancelled;

    /// <summary>Jobs that still go on by themselves.</summary>
    public long Unfinished => Available + Scheduled + Suspended + Executing + Retryable;

    /// <summary>Jobs that have come to rest, well or not.</summary>
    public long Finished => Completed + Discarded + Cancelled;

    /// <summary>The states that have jobs, in the order of <see cref="JobStates.All"/>.</summary>
    public IEnumerable<KeyValuePair<JobState, long>> NonZero()
    {
        foreach (var state in JobStates.All)
        {
            if (this[state] is var count and not 0)
                yield return new(state, count);
        }
    }

    /// <summary>The same counts with <paramref name="delta"/> more in <paramref name="state"/>.</summary>
    public StateCounts Add(JobState state, long delta = 1) => state switch
    {
        JobState.Available => this with { Available = Available + delta },
        JobState.Scheduled => this with { Scheduled = Scheduled + delta },
        JobState.Suspended => this with { Suspended = Suspended + delta },
        JobState.Executing => this with { Executing = Executing + delta },
        JobState.Retryable => this with { Retryable = Retryable + delta },
        JobState.Completed => this with { Completed = Completed + delta },
        JobState.Discarded => this with { Discarded = Discarded + delta },
        JobState.Cancelled => this with { Cancelled = Cancelled + delta },
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <summary>Sum, state by state.</summary>
    public static StateCounts operator +(StateCounts a, StateCounts b) => new(
        a.Available + b.Available, a.Scheduled + b.Scheduled, a.Suspended + b.Suspended, a.Executing + b.Executing,
        a.Retryable + b.Retryable, a.Completed + b.Completed, a.Discarded + b.Discarded, a.Cancelled + b.Cancelled);
}
