using JobLineage.Core.Feed;

namespace JobLineage.Bench.Faults;

/// <summary>Who keeps the store while a fault strikes.</summary>
public enum Dashboards
{
    /// <summary>One replica in this process.</summary>
    Replica,

    /// <summary>A real dashboard in a process of its own.</summary>
    Process,

    /// <summary>A real dashboard leads, a replica in this process follows.</summary>
    ProcessThenReplica,
}

/// <summary>Which runs try a fault; the benchmark tries all.</summary>
public enum TriedIn
{
    /// <summary>Every run of the tests.</summary>
    EveryRun,

    /// <summary>The tests with all trials: another of its kind is in every run.</summary>
    AllTrials,

    /// <summary>The benchmark alone: it is much like another, or takes long.</summary>
    Benchmark,
}

/// <summary>Something that goes wrong.</summary>
/// <param name="Kind">What kind of fault it is: at least one of a kind is tried in every run of the tests.</param>
/// <param name="Name">What it is, in a few words.</param>
/// <param name="StrikeAsync">Does it, and returns when it is over: what was taken away is back.</param>
public sealed record Fault(string Kind, string Name, Func<FaultTrial, Task> StrikeAsync)
{
    /// <summary>Who keeps the store meanwhile.</summary>
    public Dashboards Dashboards { get; init; }

    /// <summary>Changes how the replica's feed works; reconciliation every 10 minutes unless it says otherwise.</summary>
    public Func<FeedOptions, FeedOptions> Options { get; init; } = options => options;

    /// <summary>How the queue is read; null for Oban's own way.</summary>
    public Core.Engines.SourceMapping? Mapping { get; init; }

    /// <summary>Where it is tried beside the benchmark.</summary>
    public TriedIn TriedIn { get; init; }

    /// <summary>
    /// How soon a follower must have taken over, on a viewer's screen; null: it is not measured. Only the benchmark holds it to that: in
    /// tests many other things run on the same cores.
    /// </summary>
    public TimeSpan? TakenOverWithin { get; init; }

    /// <summary>A trial of another kind, with a world of its own; null for the usual one.</summary>
    public Func<FaultServers, FaultScale, int, CancellationToken, Task<TrialResult>>? Own { get; init; }

    /// <summary>Whether it may strike more than once in a trial.</summary>
    public bool Repeats { get; init; } = true;
}

/// <summary>How long and how much in a trial; tests are shorter than the benchmark.</summary>
public sealed record FaultScale
{
    /// <summary>For tests: many cores' worth of other tests run beside them.</summary>
    public static FaultScale Small { get; } = new() { Hold = TimeSpan.FromSeconds(1.5), Burst = 15_000, Load = 350, Strikes = 1, Patience = TimeSpan.FromSeconds(90) };

    /// <summary>For the benchmark.</summary>
    public static FaultScale Large { get; } = new() { Hold = TimeSpan.FromSeconds(20), Burst = 200_000, Load = 900, Strikes = 2, Patience = TimeSpan.FromSeconds(180), IsTimed = true };

    /// <summary>How long a producer's transaction is held open.</summary>
    public required TimeSpan Hold { get; init; }

    /// <summary>Rows changed in one statement.</summary>
    public required int Burst { get; init; }

    /// <summary>How long the queue is written before and after a strike, in milliseconds at most.</summary>
    public required int Load { get; init; }

    /// <summary>Only how long a trial that fails takes: on a busy machine 400,000 changes need their time.</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>Strikes in one trial at most.</summary>
    public required int Strikes { get; init; }

    /// <summary>Whether times count.</summary>
    public bool IsTimed { get; init; }
}

/// <summary>What came of a trial.</summary>
/// <param name="Fault">What went wrong in it.</param>
/// <param name="Seed">With which it can be run again.</param>
/// <param name="Differences">What was not equal in the end; sentences.</param>
/// <param name="Equal">From the end of the load until store and source were equal.</param>
/// <param name="TakenOver">From the kill of the leader until a change of afterwards was on a follower's screen; null where nobody took over.</param>
/// <param name="Statements">What producers wrote.</param>
/// <param name="Log">What happened.</param>
public sealed record TrialResult(
    string Fault, int Seed, IReadOnlyList<string> Differences, TimeSpan Equal, TimeSpan? TakenOver, long Statements, IReadOnlyList<string> Log)
{
    /// <summary>For a person who wants to know why.</summary>
    public string Story => string.Join('\n', [$"{Fault}, seed {Seed}: {Differences.Count} differences", .. Differences, "What happened:", .. Log]);
}
