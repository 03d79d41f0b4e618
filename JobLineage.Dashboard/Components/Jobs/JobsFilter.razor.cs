using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Runs;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Jobs;

/// <summary>The filter of a list of jobs: as a text, and as choices for what a run has few of. Both are one filter.</summary>
public sealed partial class JobsFilter
{
    private static readonly (JobSort, string)[] Orders =
    [
        (JobSort.Errors, "errors first"), (JobSort.Newest, "newest first"), (JobSort.Oldest, "oldest first"), (JobSort.Finished, "last finished first"),
    ];

    // What stands in the box and not yet in the address; null when it is the same.
    private string? _typed;
    private JobFilterProblem? _problem;
    private string? _address;

    // Where somebody goes who has chosen again before the page has followed: the next choice changes that, and not what is still shown.
    private readonly List<string> _ahead = [];
    private RunAddress? _going;

    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public RunSnapshot Run { get; set; } = null!;

    /// <summary>The address of the view.</summary>
    [Parameter, EditorRequired]
    public RunAddress Address { get; set; } = null!;

    /// <summary>The error that is filtered by, in words.</summary>
    [Parameter]
    public string? ErrorText { get; set; }

    /// <summary>The jobs that are listed, whose arguments have keys to offer.</summary>
    [Parameter]
    public IReadOnlyList<JobLine> Jobs { get; set; } = [];

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    /// <summary>The filter as the box has it.</summary>
    private string Shown => Address.Refused?.Typed ?? Address.Filter.ToString();

    private string State => string.Join(',', Address.Filter.States.Select(state => state.Name()));

    private JobFilterProblem? Problem => _problem ?? (_typed is null ? Address.Refused?.Problem : null);

    private IEnumerable<string> Queues =>
        Run.Stages.SelectMany(stage => stage.Queues).Append(Address.Filter.Queue).OfType<string>().Where(queue => queue.Length > 0).Distinct().Order(StringComparer.Ordinal);

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        // With every change of the run it is rendered anew: what was typed stays, until another list is shown.
        var address = Address.ToString();
        if (address == _address)
            return;
        (_address, _typed, _problem) = (address, null, null);
        _ahead.RemoveRange(0, _ahead.IndexOf(address) is var place and >= 0 ? place + 1 : _ahead.Count);
        if (_ahead.Count == 0)
            _going = null;
    }

    private static string? Value(ChangeEventArgs e) => e.Value as string is { Length: > 0 } text ? text : null;

    // Another filter is another list: it begins at its beginning.
    private static RunAddress Changed(RunAddress address) => address with { Page = null };

    private void Typed(string text) => _typed = text == Shown ? null : text;

    private void Go(RunAddress address)
    {
        (_going, _typed) = (Changed(address), null);
        var to = _going.ToString();
        if (to != _address)
            _ahead.Add(to);
        Nav.NavigateTo(to);
    }

    private void Search() => Choose(filter => filter);

    private void Order(JobSort sort) => Go((_going ?? Address) with { Sort = sort });

    /// <summary>Changes the filter, of which a part may have been typed and not yet been looked for.</summary>
    private void Choose(Func<JobFilter, JobFilter> change)
    {
        var start = _going ?? Address;
        var reading = (_typed ?? start.Refused?.Typed) is { } text ? Read(text, start, change) : new(change(start.Filter));
        _problem = _typed is null ? null : reading.Problem;
        if (reading.Problem is null)
            Go(start with { Filter = reading.Filter, Refused = null });
        else if (_typed is null)
            // What was typed is still refused, and the choice stands beside it.
            Go(start with { Filter = change(start.Filter) });
    }

    private JobFilter? Instead(JobFilterProblem problem) =>
        problem.Instead is { } text && Read(text, Address, filter => filter) is { Problem: null, Filter: var filter } ? filter : null;

    /// <summary>
    /// A text with a change. The box has all of the filter, but for one that could not be read: then it has what was typed, and the rest stands
    /// beside it. A choice comes after both, so both have it.
    /// </summary>
    private static JobFilterReading Read(string text, RunAddress start, Func<JobFilter, JobFilter> change)
    {
        var typed = JobFilter.Parse(text);
        if (typed.Problem is not null)
            return typed;
        return start.Refused is null ? new(change(typed.Filter)) : change(start.Filter).And(change(typed.Filter));
    }
}
