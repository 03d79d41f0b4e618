using JobLineage.Core.Configuration;
using JobLineage.Core.Sources;

namespace JobLineage.Core.Feed;

/// <summary>How often and how much a feed reads.</summary>
[Section("JobLineage:Feed")]
public sealed record FeedOptions
{
    private const string NoInterval = "; write a duration of at least a second, such as 00:10:00";

    /// <summary>Between two looks while somebody watches the source.</summary>
    public TimeSpan WatchedInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Between two looks while nobody does.</summary>
    public TimeSpan IdleInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Between two looks at a source that waits for its first reading, while nobody watches it.</summary>
    public TimeSpan WaitingInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// A look that took t is followed by a rest of at least this many times t: a source with a huge backlog is then
    /// looked at less often rather than kept busy.
    /// </summary>
    public int RestFactor { get; init; } = 9;

    /// <summary>Between two reconciliations.</summary>
    [Setting(NoInterval, Least = "00:00:01")]
    public TimeSpan ReconcileInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The same where a job may change without its row, in another table say: what has finished is compared this often. A comparison
    /// that took long is followed by a rest of <see cref="RestFactor"/> times as long all the same.
    /// </summary>
    public TimeSpan OutsideInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between two looks for runs that are older than is kept.</summary>
    public TimeSpan HistoryInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Job rows that are dropped in one transaction at most: the ingester may have to wait for it.</summary>
    public int HistoryBatch { get; init; } = 2_000;

    /// <summary>Jobs read and written at a time.</summary>
    public int Batch { get; init; } = 5_000;

    /// <summary>Jobs in a chunk of a backfill.</summary>
    public int BackfillChunk { get; init; } = 10_000;

    /// <summary>Between attempts after the database did not answer: the first, doubled up to <see cref="MaximumPause"/>.</summary>
    public TimeSpan MinimumPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>See <see cref="MinimumPause"/>.</summary>
    public TimeSpan MaximumPause { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Between attempts while the configuration is wrong: somebody may create the table.</summary>
    public TimeSpan MisconfiguredPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After a look over the change log that found something, or a notification: a little more than the trigger's gate.
    /// What was committed while the gate was shut is found then; each look that finds nothing doubles the pause.
    /// </summary>
    public TimeSpan LookAgainAfter { get; init; } = TimeSpan.FromMilliseconds(120);

    /// <summary>The longest pause between two looks over the change log: a notification may be lost.</summary>
    public TimeSpan SafetyInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often it is said beside the trigger's log that somebody reads it: others keep off for 90 seconds, the trigger waits a day.</summary>
    public TimeSpan BeatInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Between two looks, by polling, over what is not finished while a source is followed by its trigger: what was changed
    /// past the trigger, or whose entry somebody took out of the log, is noticed then.
    /// </summary>
    [Setting(NoInterval, Least = "00:00:01")]
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Connections to one database, for all sources that are there, unless a source says otherwise.</summary>
    [MaxConnections]
    public int MaxConnections { get; init; } = DatabasePools.DefaultLimit;

    /// <summary>A first reading makes way after this long when another source of the same database waits to begin one.</summary>
    public TimeSpan LongestTurn { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Between two times at which names and kinds of error that no job has any more are looked for: all jobs are read for it.</summary>
    public TimeSpan NumbersInterval { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Between two looks for a trigger that somebody may have installed.</summary>
    public TimeSpan TriggerLookInterval { get; init; } = TimeSpan.FromSeconds(10);
}
