using JobLineage.Core.Model;

namespace JobLineage.Core.Lineage.Inference;

/// <summary>A job as inference looks at it.</summary>
internal sealed class InferenceJob
{
    private ILookup<string, string>? paths;
    private HashSet<string>? having;

    /// <summary>The row; its parent is the recorded one, if any.</summary>
    public required LineageRow Row { get; init; }

    /// <summary>The state.</summary>
    public required JobState State { get; init; }

    /// <summary>The values of its arguments.</summary>
    public required IReadOnlyList<ArgsValue> Values { get; init; }

    /// <summary>Where each value stands, by the value.</summary>
    public ILookup<string, string> PathsOf => paths ??= Values.ToLookup(v => v.Text, v => v.Path);

    /// <summary>The paths that have a value.</summary>
    public HashSet<string> Paths => having ??= [.. Values.Select(v => v.Path)];

    /// <summary>Its place in the order of insertion.</summary>
    public int Order { get; set; }

    /// <summary>The number of its worker.</summary>
    public int Worker { get; set; }

    /// <summary>Whether the queue itself says whose child it is, or of which run.</summary>
    public bool IsRecorded => Row.Parent is not null || Row.RunKey is not null;

    /// <summary>The value at a path; null when there is none.</summary>
    public string? ValueAt(string path) => Values.FirstOrDefault(v => v.Path == path)?.Text;

    /// <summary>
    /// Whether an attempt may have begun, and so children may have been inserted. Where the table says nothing about
    /// attempts a job that is finished or executing has had one.
    /// </summary>
    public bool MayHaveRun => Row.AttemptedAt is not null || Row.Attempt > 0 || State is JobState.Executing or JobState.Completed or JobState.Discarded;
}
