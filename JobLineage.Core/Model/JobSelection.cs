namespace JobLineage.Core.Model;

/// <summary>Which jobs of a run are meant, all of them, in no pages: what an export holds and what a statement finds.</summary>
public sealed record JobSelection
{
    /// <summary>The source's name.</summary>
    public required string Source { get; init; }

    /// <summary>The id of the root, or of any job of the run.</summary>
    public required string RootId { get; init; }

    /// <summary>Which of its jobs.</summary>
    public JobFilter Filter { get; init; } = JobFilter.All;

    /// <summary>Whether it is the whole run: nothing is left out.</summary>
    public bool IsWhole => Filter.IsAll;

    /// <summary>The jobs that a list shows, all its pages together.</summary>
    public static JobSelection Of(JobsQuery query) => new() { Source = query.Source, RootId = query.RootId, Filter = query.Filter };
}
