namespace JobLineage.Core.Model;

/// <summary>The kinds of diagnosis, worst first: the order of these values is the order in which findings are told everywhere.</summary>
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
/// <param name="Reason">One sentence for a person.</param>
/// <param name="Evidence">The numbers and times behind it, by name.</param>
/// <param name="Jobs">A sample of the ids concerned.</param>
public sealed record Finding(
    FindingKind Kind,
    string? Stage,
    string Reason,
    IReadOnlyDictionary<string, object?> Evidence,
    IReadOnlyList<string> Jobs)
{
    /// <summary>Other stages that suffer from the same cause; empty for most findings.</summary>
    public IReadOnlyList<string> AlsoStages { get; init; } = [];

    /// <summary>All stages it is about; none when it is about the run.</summary>
    public IEnumerable<string> AllStages => Stage is null ? AlsoStages : AlsoStages.Prepend(Stage);

    /// <summary>Whether it is about this stage, alone or with others.</summary>
    public bool Concerns(string path) => Stage == path || AlsoStages.Contains(path);

    /// <summary>The kind's name in lower case, as in <c>data-finding</c> and the API.</summary>
    public string KindName => Kind.ToString().ToLowerInvariant();
}
