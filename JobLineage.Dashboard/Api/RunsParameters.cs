using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Api;

/// <summary>Reads the parameters of the runs list.</summary>
internal static class RunsParameters
{
    private const int LargestPageSize = 200;
    private const int LongestText = 200;

    private static readonly string[] Names = ["source", "state", "worker", "q", "from", "to", "sort", "order", "page", "pageSize"];

    /// <summary>The query, and what is wrong with it by parameter.</summary>
    public static (RunsQuery Query, Dictionary<string, string[]> Errors) Read(IQueryCollection parameters)
    {
        var read = new QueryParameters(parameters, Names, filter: FilterParameters.Typed);
        var typed = JobFilter.ParseOverRuns(read.Text(FilterParameters.Typed), isBounded: read.Text("from") is not null);
        var query = new RunsQuery
        {
            Source = read.Text("source"),
            Worker = read.Text("worker"),
            State = read.Choice<RunState>("state"),
            Filter = typed.Filter,
            Last = TimeWords.Ago(read.Text("from")),
            From = TimeWords.Time(read.Text("from")),
            To = TimeWords.Time(read.Text("to")),
            Sort = read.Choice<RunSort>("sort") ?? default,
            Ascending = read.Choice<Order>("order") == Order.Asc,
            PageSize = read.Number("pageSize", LargestPageSize) ?? RunsQuery.DefaultSize,
        };
        if (typed.Problem is { } problem)
            read.Errors[FilterParameters.Typed] = [$"'{FilterParameters.Typed}': {problem}"];
        else if (query.Filter.Texts.Any(text => text.Length > LongestText))
            read.Errors[FilterParameters.Typed] = [$"'{FilterParameters.Typed}' must be a text of at most {LongestText} characters."];
        if (read.Text("from") is not null && query is { Last: null, From: null })
            read.Errors["from"] = ["'from' must be a time as in 2026-03-14T12:00Z, or so long ago as in -30m, -24h or -7d."];
        if (read.Text("to") is not null && query.To is null)
            read.Errors["to"] = ["'to' must be a time as in 2026-03-14T12:00Z."];
        if (query.To <= query.From)
            read.Errors["to"] = ["'to' must be later than 'from'."];
        if (read.Text("page") is { } page)
        {
            query = query with { After = RunsCursor.Parse(page) };
            if (query.After is null || query.After.Sort != query.Sort || query.After.Ascending != query.Ascending)
                read.Errors["page"] = ["'page' must be the 'next' of an answer in the same order."];
        }

        return (query, read.Errors);
    }

    private enum Order
    {
        Desc,
        Asc,
    }
}
