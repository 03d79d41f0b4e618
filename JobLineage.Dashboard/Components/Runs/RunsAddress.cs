using System.Runtime.CompilerServices;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Runs;

/// <summary>
/// Everything that the runs list shows, as its address has it: a link pasted elsewhere opens the same list. A change of the
/// list is a copy of this with something else in it.
/// </summary>
public sealed record RunsAddress
{
    // By the address itself and not in it: a copy with something else in it is read anew, and two addresses are the same whichever was read.
    private static readonly ConditionalWeakTable<RunsAddress, JobFilterReading> Readings = [];

    /// <summary>The spans that can be chosen without typing.</summary>
    public static IReadOnlyList<(TimeSpan Span, string Name)> Spans { get; } =
        [(TimeSpan.FromHours(1), "the last hour"), (TimeSpan.FromHours(24), "the last 24 hours"), (TimeSpan.FromDays(7), "the last 7 days")];

    /// <summary>The orders by their names.</summary>
    public static IReadOnlyList<(RunSort Sort, string Name)> Orders { get; } =
    [
        (RunSort.Activity, "last activity"), (RunSort.Started, "started"), (RunSort.Duration, "duration"), (RunSort.Jobs, "jobs"),
        (RunSort.Failures, "failures"),
    ];

    /// <summary>Only runs of this source.</summary>
    public string? Source { get; init; }

    /// <summary>Only runs of this pipeline: the full or short name of the root's worker.</summary>
    public string? Worker { get; init; }

    /// <summary>Only runs in this state.</summary>
    public RunState? State { get; init; }

    /// <summary>Only runs that hold this text, or that have a job which it finds as a filter: as it was typed.</summary>
    public string? Text { get; init; }

    /// <summary>What the text means, or what is wrong with it: read once.</summary>
    public JobFilterReading Reading => Readings.GetValue(this, static address => JobFilter.ParseOverRuns(address.Text, isBounded: address.Last is not null || address.From is not null));

    /// <summary>Only runs in which something happened so long ago at most.</summary>
    public TimeSpan? Last { get; init; }

    /// <summary>Only runs in which anything last happened at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only runs in which anything last happened before this time.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>What the runs are put in order by.</summary>
    public RunSort Sort { get; init; }

    /// <summary>The least first.</summary>
    public bool Ascending { get; init; }

    /// <summary>Runs behind this place.</summary>
    public RunsCursor? Page { get; init; }

    /// <summary>Whether any run is left out.</summary>
    public bool IsFiltered => Source is not null || Worker is not null || State is not null || Text is not null || Last is not null || From is not null || To is not null;

    /// <summary>The query that the address stands for.</summary>
    public RunsQuery Query => new()
    {
        Source = Source,
        Worker = Worker,
        State = State,
        Filter = Reading.Filter,
        Last = Last,
        From = From,
        To = To,
        Sort = Sort,
        Ascending = Ascending,
        After = Page,
    };

    /// <summary>Reads what stands in an address; what is no value of its part is passed over.</summary>
    public static RunsAddress Of(
        string? source, string? worker, string? state, string? text, string? from, string? to, string? sort, string? order, string? page)
    {
        var address = new RunsAddress
        {
            Source = Named(source),
            Worker = Named(worker),
            State = Enum.TryParse<RunState>(state, ignoreCase: true, out var named) && Enum.IsDefined(named) ? named : null,
            Text = Typed(text),
            Last = TimeWords.Ago(from),
            From = TimeWords.Time(from),
            To = TimeWords.Time(to),
            Sort = Enum.TryParse<RunSort>(sort, ignoreCase: true, out var by) && Enum.IsDefined(by) ? by : default,
            Ascending = string.Equals(order, "asc", StringComparison.OrdinalIgnoreCase),
        };
        // A place in another order leads nowhere in this one.
        return RunsCursor.Parse(page) is { } place && place.Sort == address.Sort && place.Ascending == address.Ascending ? address with { Page = place } : address;
    }

    /// <summary>Another list: it begins at its beginning.</summary>
    public RunsAddress Begin => this with { Page = null };

    /// <summary>The same runs by something else, the most first; by the same the other way round.</summary>
    public RunsAddress By(RunSort sort) => Begin with { Sort = sort, Ascending = sort == Sort && !Ascending };

    /// <summary>The address, relative to the base.</summary>
    public override string ToString() => "./" + PagePaths.Query(
        ("source", Source), ("state", State?.ToString().ToLowerInvariant()), ("worker", Worker), ("q", Text),
        ("from", Last is { } last ? TimeWords.Of(last) : From is { } from ? TimeWords.Of(from) : null),
        ("to", To is { } to ? TimeWords.Of(to) : null), ("sort", Sort == default ? null : Sort.ToString().ToLowerInvariant()),
        ("order", Ascending ? "asc" : null), ("page", Page?.ToString()));

    // A text alone is looked for as far as this. A filter is not cut: it would be another one.
    private static string? Typed(string? text) => Named(text?.Trim()) is not { } found ? null
        : JobFilter.ParseOverRuns(found, isBounded: true).Filter is { Texts: [_], OfJobs.IsAll: true, From: null } ? TextLimit.Cut(found, 200).ToString()
        : found;

    // The database knows no NUL in a text.
    private static string? Named(string? text) => string.IsNullOrEmpty(text) || text.Contains('\0') ? null : text;
}
