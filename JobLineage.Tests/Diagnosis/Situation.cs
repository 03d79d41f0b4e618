using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;

namespace JobLineage.Tests.Diagnosis;

/// <summary>A run and what is known of its surroundings, said in a few words. Times are minutes before now.</summary>
internal sealed record Situation(string Name)
{
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public IReadOnlyList<Stage> Stages { get; init; } = [];

    public IReadOnlyDictionary<string, StageFacts> Facts { get; init; } = new Dictionary<string, StageFacts>();

    public IReadOnlyList<PastRun> PastRuns { get; init; } = [];

    public IReadOnlyList<StageLink> Links { get; init; } = [];

    public DiagnosisOptions Options { get; init; } = new();

    public bool IsRead { get; init; } = true;

    public DateTimeOffset AsOf { get; init; } = Now;

    public RunSnapshot Run => new()
    {
        Source = "oban",
        RootId = "1",
        Worker = "App.Sync",
        Version = 1,
        AsOf = AsOf,
        StartedAt = Ago(600),
        Stages = Stages,
        Edges = [.. Stages.Where(s => s.ParentPath is not null).Select(s => new StageEdge(s.ParentPath!, s.Path, s.Total))],
        Links = Links,
        Counts = Stages.Aggregate(default(StateCounts), (sum, s) => sum + s.Counts),
    };

    public (RunState State, IReadOnlyList<Finding> Findings) Examine() => RunDiagnosis.Examine(
        Run, new() { IsSourceRead = IsRead, Stages = Facts, Past = PastRuns }, Options, Now);

    /// <summary>What is found, in words: <c>stuck:unconsumed Sync/Page</c>.</summary>
    public string Told() => string.Join(", ", Examine().Findings.Select(f =>
        $"{f.KindName}{(f.Evidence.TryGetValue("cause", out var cause) ? $":{cause}" : f.Evidence.TryGetValue("basis", out var basis) ? $":{basis}" : "")} {f.Stage}"));

    /// <summary>A stage; the queue is called after it.</summary>
    public Situation With(string path, StateCounts counts, double? started = null, double? finished = null, double? ready = null, double? executing = null, double? due = null,
        long? childless = null, StageFacts? facts = null)
    {
        var name = StagePath.NameOf(path);
        var stage = new Stage
        {
            Path = path,
            ParentPath = StagePath.Above(path),
            Worker = "App." + name,
            Name = name,
            Depth = path.Count(c => c == '/') + 1,
            Counts = counts,
            Queues = [name.ToLowerInvariant() + "s"],
            Childless = childless ?? 0,
            LastAttemptedAt = Ago(started),
            LastFinishedAt = Ago(finished),
            OldestAvailableAt = Ago(ready),
            OldestExecutingAt = Ago(executing),
            NextDueAt = Ago(due),
        };
        return this with
        {
            Stages = [.. Stages, stage],
            Facts = new Dictionary<string, StageFacts>(Facts) { [path] = facts ?? new() },
        };
    }

    /// <summary>So many finished runs before this one, all alike: the jobs of each stage, all completed in four seconds.</summary>
    public Situation After(int runs, params (string Path, long Jobs)[] stages) => this with
    {
        PastRuns = [.. PastRuns, .. Enumerable.Range(0, runs).Select(i => Past($"past{PastRuns.Count + i}", stages))],
    };

    public static PastRun Past(string root, params (string Path, long Jobs)[] stages) => new(root, Ago(3_000), true, stages.ToDictionary(
        s => s.Path,
        s => new PastStage(
            StagePath.Above(s.Path), s.Jobs, s.Jobs,
            stages.Any(below => below.Path.StartsWith(s.Path + "/", StringComparison.Ordinal)) ? s.Jobs : 0, s.Jobs, TimeSpan.FromSeconds(4 * s.Jobs))));

    /// <summary>Ready jobs in a queue of which so much is known.</summary>
    public static StageFacts ReadyIn(string queue, long ready = 61, long executing = 0, double? started = null, double rate = 0) =>
        new() { ReadyQueue = new(queue, ready, executing, Ago(started), rate), Ready = ["11", "12"] };

    /// <summary>Due jobs in a queue of which so much is known.</summary>
    public static StageFacts DueIn(string queue, double? started = null, double rate = 0) =>
        new() { DueQueue = new(queue, 0, 0, Ago(started), rate), Due = ["21"] };

    /// <summary>Attempts under way: since when, on which node, and when that was last seen.</summary>
    public static StageFacts Executing(params (double Since, string Node, double Seen)[] attempts) => new()
    {
        Executing = [.. attempts.OrderByDescending(a => a.Since).Select((a, i) => new Attempt($"{31 + i}", Ago(a.Since)!.Value, a.Node, Ago(a.Seen)))],
    };

    /// <summary>Final failures with one error, the first of them so many minutes ago.</summary>
    public static StageFacts Failed(double first, string job = "41", string error = "** (Mod) failed with :not_ready", long count = 3, long kinds = 1, long lost = 0) => new()
    {
        Failed = [new(job, Ago(first))],
        Errors = [new(error, count)],
        ErrorKinds = kinds,
        Lost = lost,
    };

    public static DateTimeOffset? Ago(double? minutes) => minutes is { } m ? Now - TimeSpan.FromMinutes(m) : null;

    public override string ToString() => Name;
}
