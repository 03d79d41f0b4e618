using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Pipelines;

/// <summary>Everything that the page of a pipeline shows, as its address has it. A change of the view is a copy of this with something else in it.</summary>
public sealed record PipelineAddress
{
    /// <summary>The source's name.</summary>
    public required string Source { get; init; }

    /// <summary>The full name of the root's worker.</summary>
    public required string Worker { get; init; }

    /// <summary>Only runs that started in so many days; null for all.</summary>
    public int? Days { get; init; }

    /// <summary>The order of the list.</summary>
    public PipelineSort Sort { get; init; }

    /// <summary>Runs behind this place.</summary>
    public PipelineCursor? Page { get; init; }

    /// <summary>What is read for it.</summary>
    public PipelineQuery Query => new() { Source = Source, Worker = Worker, Days = Days, Sort = Sort, After = Page };

    /// <summary>The first page of another order or range.</summary>
    public PipelineAddress First => this with { Page = null };

    /// <summary>The address, relative to the base.</summary>
    public override string ToString() => PagePaths.Pipeline(
        Source, Worker, ("days", Days is { } days ? Show.Plain(days) : null), ("sort", Sort == default ? null : Sort.ToString().ToLowerInvariant()), ("page", Page?.ToString()));
}
