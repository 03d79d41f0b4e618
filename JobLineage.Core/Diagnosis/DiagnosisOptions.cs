namespace JobLineage.Core.Diagnosis;

/// <summary>When jobs that do not move are called stuck.</summary>
public sealed record DiagnosisOptions
{
    /// <summary>The threshold where nothing else is said.</summary>
    public static readonly TimeSpan DefaultStuckAfter = TimeSpan.FromMinutes(5);

    /// <summary>How long nothing may move before it is called stuck.</summary>
    public TimeSpan StuckAfter { get; init; } = DefaultStuckAfter;

    /// <summary>Other thresholds by source name.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Sources { get; init; } = new Dictionary<string, TimeSpan>();

    /// <summary>Other thresholds by worker, full or short name; these come before those of sources.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Workers { get; init; } = new Dictionary<string, TimeSpan>();

    /// <summary>The threshold of one worker of one source.</summary>
    public TimeSpan StuckAfterFor(string source, string worker) =>
        Workers.TryGetValue(worker, out var own) || Workers.TryGetValue(Model.Workers.ShortName(worker), out own)
            || Sources.TryGetValue(source, out own)
            ? own
            : StuckAfter;
}
