using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Api;

/// <summary>Reads the parameters that say which jobs of a run are meant: those that each stand for one condition, and <c>q</c>, which may hold all.</summary>
internal static class FilterParameters
{
    /// <summary>The parameter that is a filter as it is typed.</summary>
    public const string Typed = "q";

    /// <summary>What that finds.</summary>
    public const string Means = "Only jobs that this filter finds: words such as state:, worker:, args.KEY:, error:, older:, and texts in their arguments.";

    /// <summary>The parameters.</summary>
    public static IReadOnlyList<string> Names { get; } = ["stage", "state", "queue", "error", Typed, "below"];

    /// <summary>The filter that they make together; what is wrong is told by parameter.</summary>
    /// <param name="read">The parameters.</param>
    /// <param name="withIds">Whether <c>ids</c> is one of them.</param>
    public static JobFilter Read(QueryParameters read, bool withIds = false)
    {
        var filter = new JobFilter
        {
            Stage = read.Text("stage"),
            States = read.Choice<JobState>("state") is { } state ? [state] : [],
            Queue = read.Text("queue"),
            Error = read.Number("error", int.MaxValue),
            Below = read.Text("below"),
            Ids = withIds ? read.Texts("ids", JobFilter.MostIds) : [],
        };
        var typed = JobFilter.Parse(read.Text(Typed));
        if (typed.Problem is null)
            typed = filter.And(typed.Filter);
        if (typed.Problem is { } problem)
            read.Errors.TryAdd(Typed, [$"'{Typed}': {problem}"]);
        return typed.Filter;
    }
}
