using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Api;

/// <summary>Reads the parameters of the runs list.</summary>
internal static class RunsParameters
{
    private const int LargestPage = 1_000_000;
    private const int LargestPageSize = 200;

    private static readonly string[] Names = ["source", "state", "worker", "page", "pageSize"];

    /// <summary>The query, and what is wrong with it by parameter.</summary>
    public static (RunsQuery Query, Dictionary<string, string[]> Errors) Read(IQueryCollection parameters)
    {
        var read = new QueryParameters(parameters, Names);
        var absent = new RunsQuery();
        var query = absent with
        {
            Source = read.Text("source"),
            Worker = read.Text("worker"),
            State = read.Choice<RunState>("state"),
            Page = read.Number("page", LargestPage) ?? absent.Page,
            PageSize = read.Number("pageSize", LargestPageSize) ?? absent.PageSize,
        };
        return (query, read.Errors);
    }
}
