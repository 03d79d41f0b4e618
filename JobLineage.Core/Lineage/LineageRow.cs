using JobLineage.Core.Model;

namespace JobLineage.Core.Lineage;

/// <summary>A row as the direct queries read it; a row of the answer that only names an absent job has no state.</summary>
internal sealed record LineageRow
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The parent's id, normalised; null when it names nobody.</summary>
    public string? Parent { get; init; }

    /// <summary>The source's own word for the state; null when there is no such row.</summary>
    public string? StateWord { get; init; }

    /// <summary>The full worker name.</summary>
    public string Worker { get; init; } = "";

    /// <summary>The queue.</summary>
    public string Queue { get; init; } = "";

    /// <summary>The step within a run key's run.</summary>
    public string? Step { get; init; }

    /// <summary>The run key.</summary>
    public string? RunKey { get; init; }

    /// <summary>Inserted at.</summary>
    public DateTimeOffset? InsertedAt { get; init; }

    /// <summary>Due at.</summary>
    public DateTimeOffset? ScheduledAt { get; init; }

    /// <summary>Last attempt begun at.</summary>
    public DateTimeOffset? AttemptedAt { get; init; }

    /// <summary>Came to rest at.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Attempts begun.</summary>
    public int Attempt { get; init; }

    /// <summary>Attempts allowed.</summary>
    public int MaxAttempts { get; init; }

    /// <summary>Parents beside <see cref="Parent"/>.</summary>
    public IReadOnlyList<string> Parents { get; init; } = [];
}

/// <summary>A job with its place in the run.</summary>
internal sealed class Placed
{
    /// <summary>The row; for a root that does not exist, only its id.</summary>
    public required LineageRow Row { get; init; }

    /// <summary>Meaningless when <see cref="IsMissing"/>.</summary>
    public JobState State { get; init; }

    /// <summary>No such row: children name it.</summary>
    public bool IsMissing { get; init; }

    /// <summary>Its own parent link is not followed, because it would close a circle.</summary>
    public bool IsCycleCut { get; set; }

    /// <summary>The job above; null for the root.</summary>
    public Placed? Parent { get; set; }

    /// <summary>The number of its stage.</summary>
    public int Stage { get; set; }

    /// <summary>The jobs below, once placed.</summary>
    public List<Placed> Children { get; } = [];

    /// <summary>The job as the model has it.</summary>
    public Job ToJob(string source) => new()
    {
        Source = source,
        Id = Row.Id,
        State = State,
        Worker = Row.Worker,
        Queue = Row.Queue,
        Step = Row.Step,
        ParentId = Row.Parent,
        Parents = Row.Parents,
        RunKey = Row.RunKey,
        Attempt = Row.Attempt,
        MaxAttempts = Row.MaxAttempts,
        InsertedAt = Row.InsertedAt,
        ScheduledAt = Row.ScheduledAt,
        AttemptedAt = Row.AttemptedAt,
        FinishedAt = Row.FinishedAt,
        IsMissing = IsMissing,
        IsCycleCut = IsCycleCut,
    };
}
