using JobLineage.Core.Configuration;

namespace JobLineage.Core.Diagnosis;

/// <summary>When something is called wrong.</summary>
public sealed record DiagnosisOptions
{
    /// <summary>The threshold where nothing else is said.</summary>
    public static readonly TimeSpan DefaultStuckAfter = TimeSpan.FromMinutes(5);

    /// <summary>An attempt may rightly take longer than a start may be late: it is doubted after this many thresholds.</summary>
    public const int ExecutingFactor = 6;

    /// <summary>How long nothing may move before it is called stuck.</summary>
    public TimeSpan StuckAfter { get; init; } = DefaultStuckAfter;

    /// <summary>How long an attempt may take; null: what is usual says it, or <see cref="ExecutingFactor"/> times <see cref="StuckAfter"/>.</summary>
    public TimeSpan? ExecutingAfter { get; init; }

    /// <summary>What ends a name in <see cref="Sources"/> that stands for those of several schemas: <c>entry.*</c>.</summary>
    public const string AnySchema = ".*";

    /// <summary>Other limits by source name, or by that of an entry for several schemas with <see cref="AnySchema"/> behind it.</summary>
    public IReadOnlyDictionary<string, StuckLimits> Sources { get; init; } = new Dictionary<string, StuckLimits>();

    /// <summary>Other limits by worker, full or short name; these come before those of sources.</summary>
    public IReadOnlyDictionary<string, StuckLimits> Workers { get; init; } = new Dictionary<string, StuckLimits>();

    /// <summary>How many past runs of a pipeline there must be before anything is called usual.</summary>
    [Setting("; give a whole number from 1 to 20, the past runs that are looked at", Least = "1", Most = "20")]
    public int PastRuns { get; init; } = 5;

    /// <summary>Of the completed jobs of a stage, the share that must have children for the others to be called childless.</summary>
    [Setting("; give a share above 0 and up to 1, such as 0.8", Least = "5E-324", Most = "1")]
    public double ChildlessShare { get; init; } = 0.8;

    /// <summary>How long nothing may move in the jobs of one worker of one source.</summary>
    public TimeSpan StuckAfterFor(string source, string worker) =>
        LimitsFor(source, worker).Select(l => l.After).FirstOrDefault(a => a is not null) ?? StuckAfter;

    /// <summary>How long an attempt of one worker of one source may take; null when that is not configured.</summary>
    public TimeSpan? ExecutingAfterFor(string source, string worker) =>
        LimitsFor(source, worker).Select(l => l.ExecutingAfter).FirstOrDefault(a => a is not null) ?? ExecutingAfter;

    /// <summary>The limits of those names by which a worker is meant, the longest name first.</summary>
    private static IEnumerable<StuckLimits> Named(IReadOnlyDictionary<string, StuckLimits>? limits, string worker) =>
        limits is null or { Count: 0 } ? [] : limits.Where(l => Model.Workers.IsNamed(worker, l.Key)).OrderByDescending(l => l.Key.Length).ThenBy(l => l.Key, StringComparer.Ordinal).Select(l => l.Value);

    /// <summary>The limits of the entry for several schemas that a source is of.</summary>
    private StuckLimits? OfEntry(string source) => Sources
        .Where(s => s.Key.EndsWith(AnySchema, StringComparison.Ordinal) && source.StartsWith(s.Key[..^1], StringComparison.Ordinal))
        .OrderByDescending(s => s.Key.Length).Select(s => s.Value).FirstOrDefault();

    /// <summary>The limits that hold, the closest first.</summary>
    private IEnumerable<StuckLimits> LimitsFor(string source, string worker)
    {
        var own = Sources.GetValueOrDefault(source) ?? OfEntry(source);
        foreach (var limits in Named(own?.Workers, worker).Concat(Named(Workers, worker)))
            yield return limits;

        if (own is not null)
            yield return own;
    }
}

/// <summary>Limits that hold for a part.</summary>
public sealed record StuckLimits
{
    private const string NoDuration = ", which is not a duration; write it as 00:05:00";

    /// <summary>How long nothing may move; null: as elsewhere.</summary>
    [Setting(NoDuration, Least = "00:00:00.0000001")]
    public TimeSpan? After { get; init; }

    /// <summary>How long an attempt may take; null: as elsewhere.</summary>
    [Setting(NoDuration, Least = "00:00:00.0000001")]
    public TimeSpan? ExecutingAfter { get; init; }

    /// <summary>Where these are a source's: other limits for its workers, by full or short name.</summary>
    [Setting]
    public IReadOnlyDictionary<string, StuckLimits> Workers { get; init; } = new Dictionary<string, StuckLimits>();
}
