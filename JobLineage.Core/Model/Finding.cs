namespace JobLineage.Core.Model;

/// <summary>The kinds of diagnosis, worst first. Findings are ordered by how many jobs they affect; of two that affect as many, the worse kind is first.</summary>
public enum FindingKind
{
    /// <summary>Jobs are ready, and nothing has moved for longer than the threshold.</summary>
    Stuck,

    /// <summary>Jobs have failed for good.</summary>
    Failing,

    /// <summary>Fewer jobs exist than were expected.</summary>
    Missing,

    /// <summary>Completed jobs have no children where their siblings have.</summary>
    Childless,

    /// <summary>Parent links close a circle; one of them is not followed.</summary>
    Cycle,

    /// <summary>The parent that jobs name was never seen.</summary>
    Orphaned,

    /// <summary>Jobs wait for a time that is known.</summary>
    Waiting,
}

/// <summary>A diagnosis with evidence.</summary>
/// <param name="Kind">What was found.</param>
/// <param name="Stage">The path of the stage it is about; null when it is about the run.</param>
/// <param name="Reason">Headline, sentence and advice on one line, for where there is only text.</param>
/// <param name="Evidence">The numbers and times behind it, by name.</param>
/// <param name="Jobs">A sample of the ids concerned.</param>
public sealed record Finding(
    FindingKind Kind,
    string? Stage,
    string Reason,
    IReadOnlyDictionary<string, object?> Evidence,
    IReadOnlyList<string> Jobs)
{
    private readonly string? headline;
    private readonly string? id;

    /// <summary>What it is known by within its run, as long as it lasts, whatever its numbers are.</summary>
    public string Id
    {
        get => id ?? $"{KindName}:{Stage}";
        init => id = value;
    }

    /// <summary>What stopped, failed or is missing, in a few words and without a full stop.</summary>
    public string Headline
    {
        get => headline ?? Reason.TrimEnd('.');
        init => headline = value;
    }

    /// <summary>How much, and why: one or a few whole sentences; may be empty.</summary>
    public string Sentence { get; init; } = "";

    /// <summary>What to do, as a sentence; null where there is nothing to be done.</summary>
    public string? Advice { get; init; }

    /// <summary>The <see cref="Id"/> of the finding that probably caused this one, by time and lineage; null where none did. It stands before this one.</summary>
    public string? Cause { get; init; }

    /// <summary>How many jobs it affects.</summary>
    public long Affected { get; init; }

    /// <summary>Since when it has been so, in UTC; null when unknown.</summary>
    public DateTimeOffset? Began { get; init; }

    /// <summary>When it was last true, where it is shown a few seconds longer; null while it is.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Other stages that suffer from the same cause; empty for most findings.</summary>
    public IReadOnlyList<string> AlsoStages { get; init; } = [];

    /// <summary>All stages it is about; none when it is about the run.</summary>
    public IEnumerable<string> AllStages => Stage is null ? AlsoStages : AlsoStages.Prepend(Stage);

    /// <summary>Whether it is about this stage, alone or with others.</summary>
    public bool Concerns(string path) => Stage == path || AlsoStages.Contains(path);

    /// <summary>The kind's name in lower case, as in <c>data-finding</c> and the API.</summary>
    public string KindName => Kind.ToString().ToLowerInvariant();
}
