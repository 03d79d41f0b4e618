namespace JobLineage.Core.Model;

/// <summary>
/// The states of a job, by the queue field's standard names (they are Oban's, schema version 14). A source maps its own
/// vocabulary onto these. The numeric values are stored: never renumber.
/// </summary>
public enum JobState
{
    /// <summary>Ready to be picked up by a worker.</summary>
    Available = 0,

    /// <summary>Waits for a time in the future.</summary>
    Scheduled = 1,

    /// <summary>Waits for something other than time, such as another job.</summary>
    Suspended = 2,

    /// <summary>A worker has it.</summary>
    Executing = 3,

    /// <summary>Failed, and waits for its next attempt.</summary>
    Retryable = 4,

    /// <summary>Finished well.</summary>
    Completed = 5,

    /// <summary>Failed, and will not be retried: a final failure.</summary>
    Discarded = 6,

    /// <summary>Called off by somebody or by the job itself.</summary>
    Cancelled = 7,
}

/// <summary>Names and groups of <see cref="JobState"/>.</summary>
public static class JobStates
{
    private static readonly string[] Names =
        ["available", "scheduled", "suspended", "executing", "retryable", "completed", "discarded", "cancelled"];

    /// <summary>All states, in the order in which they are shown.</summary>
    public static IReadOnlyList<JobState> All { get; } = Enum.GetValues<JobState>();

    /// <summary>The states from which a job still goes on by itself.</summary>
    public static IReadOnlyList<JobState> Unfinished { get; } = [.. All.Where(s => !s.IsFinished())];

    /// <summary>The state's name in lower case, as in <c>data-state</c> and the API.</summary>
    public static string Name(this JobState state) => Names[(int)state];

    /// <summary>
    /// Whether the job has come to rest. Neither Oban nor research_jobs keeps a finished state for ever: a finished job
    /// may be started again by hand.
    /// </summary>
    public static bool IsFinished(this JobState state) => state >= JobState.Completed;

    /// <summary>Reads a name as written by <see cref="Name"/>; case does not matter.</summary>
    public static bool TryParse(string? name, out JobState state)
    {
        for (var i = 0; i < Names.Length; i++)
        {
            if (string.Equals(Names[i], name, StringComparison.OrdinalIgnoreCase))
            {
                state = (JobState)i;
                return true;
            }
        }

        state = default;
        return false;
    }
}
