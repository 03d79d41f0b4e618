using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Runs;

/// <summary>
/// Everything that the run page shows, as its address has it: a link pasted elsewhere opens the same view. A change of the
/// view is a copy of this with something else in it.
/// </summary>
public sealed record RunAddress
{
    /// <summary>Jobs that may be selected: an address must not grow without end.</summary>
    public const int MostSelected = 50;

    /// <summary>The source's name.</summary>
    public required string Source { get; init; }

    /// <summary>The id of the root.</summary>
    public required string RootId { get; init; }

    /// <summary>The view; null for the graph.</summary>
    public string? Tab { get; init; }

    /// <summary>The path of the selected stage; in the list of jobs, of the stage whose jobs are listed.</summary>
    public string? Stage { get => Filter.Stage; init => Filter = Filter with { Stage = value }; }

    /// <summary>The id of the job that the page is focused on.</summary>
    public string? Job { get; init; }

    /// <summary>Which part of the chosen stage is shown; null for the overview.</summary>
    public string? Part { get; init; }

    /// <summary>Which jobs are listed.</summary>
    public JobFilter Filter { get; init; } = JobFilter.All;

    /// <summary>A filter that was typed and can't be read; null when there is none.</summary>
    public RefusedFilter? Refused { get; init; }

    /// <summary>The span of time that is looked at; null for all of it.</summary>
    public JobsWindow? Within { get; init; }

    /// <summary>The order of the jobs.</summary>
    public JobSort Sort { get; init; }

    /// <summary>Jobs behind this place.</summary>
    public JobsCursor? Page { get; init; }

    /// <summary>The ids of the selected jobs.</summary>
    public IReadOnlyList<string> Selected { get; init; } = [];

    /// <summary>The stage by whose jobs failures are grouped.</summary>
    public string? Under { get; init; }

    /// <summary>The paths of the stages whose descendants are folded away.</summary>
    public IReadOnlyList<string> Folded { get; init; } = [];

    /// <summary>The stages that are closed in the graph, as the graph writes them.</summary>
    public string? Closed { get; init; }

    /// <summary>The query that the filters stand for.</summary>
    public JobsQuery Query => new() { Source = Source, RootId = RootId, Filter = Filter, Within = Within, Sort = Sort, After = Page };

    /// <summary>The jobs that are selected, whatever the filters say.</summary>
    public JobSelection SelectedJobs => new() { Source = Source, RootId = RootId, Filter = new() { Ids = Selected } };

    /// <summary>Whether any job is filtered out.</summary>
    public bool IsFiltered => !Filter.IsAll;

    /// <summary>The same view of the run, with no filter and nothing chosen.</summary>
    public RunAddress Plain => new() { Source = Source, RootId = RootId, Tab = Tab, Closed = Closed, Within = Within };

    /// <summary>The list of jobs with no filter.</summary>
    public RunAddress Jobs => Plain with { Tab = "jobs" };

    /// <summary>The address, relative to the base.</summary>
    public override string ToString()
    {
        var filter = JobFilterParameters.Of(Filter).Select(part => part.Name == "q" && Refused is not null ? (part.Name, Refused.Typed) : part).ToList();
        return Urls.Run(Source, RootId, [
            ("tab", Tab), .. filter.Take(1), ("job", Job), .. filter.Skip(1),
            ("sort", Sort == default ? null : Sort.ToString().ToLowerInvariant()), ("page", Page?.ToString()),
            ("part", Part), ("from", Within is null ? null : TimeWords.Of(Within.From)), ("to", Within is null ? null : TimeWords.Of(Within.To)), ("under", Under), ("closed", Closed), .. Selected.Select(id => ("sel", (string?)id)), .. Folded.Select(path => ("fold", (string?)path))]);
    }
}

/// <summary>What somebody typed, and why it is no filter.</summary>
/// <param name="Typed">The text.</param>
/// <param name="Problem">What is wrong with it.</param>
public sealed record RefusedFilter(string Typed, JobFilterProblem Problem);
