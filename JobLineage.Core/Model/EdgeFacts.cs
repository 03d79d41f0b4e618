namespace JobLineage.Core.Model;

/// <summary>How the jobs of one stage fan out into another: what a look at the edge between them tells.</summary>
public sealed record EdgeFacts
{
    /// <summary>The path of the parents' stage.</summary>
    public required string From { get; init; }

    /// <summary>The path of the children's stage.</summary>
    public required string To { get; init; }

    /// <summary>Whether these jobs are held together by a key they share: then no job has a parent, and there is nothing to count.</summary>
    public bool IsByKey { get; init; }

    /// <summary>How many jobs came this way.</summary>
    public required long Jobs { get; init; }

    /// <summary>All jobs of the parents' stage.</summary>
    public required long Parents { get; init; }

    /// <summary>Those of them that have completed.</summary>
    public required long Completed { get; init; }

    /// <summary>The completed parents whose children were counted: the newest by the time they were due.</summary>
    public required long Examined { get; init; }

    /// <summary>Children of a completed parent in this stage, over the examined ones; null when none was examined.</summary>
    public FanOut? Children { get; init; }

    /// <summary>Of the examined parents those without a child in this stage.</summary>
    public long WithoutChild { get; init; }

    /// <summary>Of those the ones that have no child in any stage.</summary>
    public long Childless { get; init; }

    /// <summary>The ids of some parents without a child in this stage, in the order of ids; <see cref="WithoutChild"/> says how many there are.</summary>
    public IReadOnlyList<string> Sample { get; init; } = [];

    /// <summary>The moment of the reading, in UTC.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>Whether every completed parent was examined.</summary>
    public bool IsWhole => Examined >= Completed;
}

/// <summary>How many children there are to a parent.</summary>
/// <param name="Min">The fewest.</param>
/// <param name="Median">Half of the parents have no more.</param>
/// <param name="P95">Nineteen in twenty have no more.</param>
/// <param name="Max">The most.</param>
/// <param name="Cap">Where counting stopped: a number that has reached it stands for that many or more; null when all were counted to the end.</param>
public sealed record FanOut(long Min, long Median, long P95, long Max, long? Cap);
