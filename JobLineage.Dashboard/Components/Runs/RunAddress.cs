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
    public string? Stage { get; init; }

    /// <summary>The id of the job that the page is focused on.</summary>
    public string? Job { get; init; }

    /// <summary>Only jobs in this state.</summary>
    public JobState? State { get; init; }

    /// <summary>Only jobs of this queue.</summary>
    public string? Queue { get; init; }

    /// <summary>Only jobs with the error of this number.</summary>
    public int? Error { get; init; }

    /// <summary>Only jobs whose arguments hold this.</summary>
    public string? Text { get; init; }

    /// <summary>Only jobs below this one.</summary>
    public string? Below { get; init; }

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
    public JobsQuery Query => new()
    {
        Source = Source,
        RootId = RootId,
        Stage = Stage,
        State = State,
        Queue = Queue,
        Error = Error,
        Text = Text,
        Below = Below,
        Sort = Sort,
        After = Page,
    };

    /// <summary>The jobs that are selected, whatever the filters say.</summary>
    public JobSelection SelectedJobs => new() { Source = Source, RootId = RootId, Ids = Selected };

    /// <summary>Whether any job is filtered out.</summary>
    public bool IsFiltered => Stage is not null || State is not null || Queue is not null || Error is not null || Text is not null || Below is not null;

    /// <summary>The same view of the run, with no filter and nothing chosen.</summary>
    public RunAddress Plain => new() { Source = Source, RootId = RootId, Tab = Tab, Closed = Closed };

    /// <summary>The list of jobs with no filter.</summary>
    public RunAddress Jobs => Plain with { Tab = "jobs" };

    /// <summary>The address, relative to the base.</summary>
    public override string ToString() => Urls.Run(Source, RootId, [
        ("tab", Tab), ("stage", Stage), ("job", Job), ("state", State?.Name()), ("queue", Queue), ("error", Error is { } error ? Show.Plain(error) : null),
        ("q", Text), ("below", Below), ("sort", Sort == default ? null : Sort.ToString().ToLowerInvariant()), ("page", Page?.ToString()),
        ("under", Under), ("closed", Closed), .. Selected.Select(id => ("sel", (string?)id)), .. Folded.Select(path => ("fold", (string?)path))]);
}
