using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Api;

/// <summary>Reads the parameters of the jobs list.</summary>
internal static class JobsParameters
{
    private static readonly string[] Names = [.. FilterParameters.Names, "sort", "page", "pageSize"];

    /// <summary>The query, and what is wrong with it by parameter.</summary>
    public static (JobsQuery Query, Dictionary<string, string[]> Errors) Read(IQueryCollection parameters, string source, string rootId)
    {
        var read = new QueryParameters(parameters, Names, filter: FilterParameters.Typed);
        var query = new JobsQuery
        {
            Source = source,
            RootId = rootId,
            Filter = FilterParameters.Read(read),
            Sort = read.Choice<JobSort>("sort") ?? default,
            Size = read.Number("pageSize", JobsQuery.LargestSize) ?? JobsQuery.DefaultSize,
        };
        if (read.Text("page") is { } page)
        {
            query = query with { After = JobsCursor.Parse(page) };
            if (query.After is null || query.After.Sort != query.Sort)
                read.Errors["page"] = ["'page' must be the 'next' of an answer in the same order."];
        }

        return (query, read.Errors);
    }
}
