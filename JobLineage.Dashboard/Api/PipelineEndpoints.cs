using System.ComponentModel;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using Microsoft.AspNetCore.Mvc;

namespace JobLineage.Dashboard.Api;

/// <summary><c>/api/v1/pipelines/{source}/{worker}</c>: the runs of a pipeline over time, those that were dropped from history included.</summary>
internal static class PipelineEndpoints
{
    private const int LongestRange = 36_500;

    private static readonly string[] Names = ["worker", "days", "sort", "page"];

    /// <summary>Adds the endpoint to the group of the API.</summary>
    public static void MapPipelines(this IEndpointRouteBuilder api) =>
        // The rest of the path: names of workers may hold slashes.
        api.MapGet("/pipelines/{source}/{*worker}", PipelineAsync).Produces<PipelineAnswer>().ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("The runs of one root worker: a page of them, what is usual, stages over time");

    /// <summary>410 with what is left of a run that was dropped from history; null when none was.</summary>
    public static async Task<IResult?> DroppedAsync(string source, string rootId, IRunReader store, CancellationToken cancellation) =>
        await store.FindDroppedAsync(source, rootId, cancellation) is { Run.DroppedAt: { } at } dropped
            ? Results.Problem(
                $"The run of job '{rootId}' was dropped from history on {Format.Time(at)}; 'summary' is what is left of it.", statusCode: StatusCodes.Status410Gone,
                extensions: new Dictionary<string, object?> { ["summary"] = DroppedRunAnswer.Of(dropped) })
            : null;

    private static async Task<IResult> PipelineAsync(
        string source, HttpRequest request, [FromServices] IRunReader store, CancellationToken cancellation,
        string? worker = null, string? days = null,
        [Description("The order: newest, longest, jobs or failures.")] string? sort = null, string? page = null)
    {
        _ = (days, sort, page);
        var read = new QueryParameters(request.Query, Names);
        var order = read.Choice<PipelineSort>("sort") ?? default;
        var query = new PipelineQuery
        {
            Source = source,
            // What a path would not keep as it is stands behind it.
            Worker = string.IsNullOrEmpty(worker) ? read.Text("worker") ?? "" : ApiEndpoints.Unescape(worker),
            Days = read.Number("days", LongestRange),
            Sort = order,
            After = PipelineCursor.Parse(read.Text("page"), order),
        };
        if (read.Text("page") is not null && query.After is null && !read.Errors.ContainsKey("sort"))
            read.Errors["page"] = ["'page' must be the 'next' of an answer in the same order."];
        if (read.Errors.Count > 0)
            return Problems.BadParameters(read.Errors);
        return await store.FindPipelineAsync(query, cancellation) is { } history
            ? Results.Ok(PipelineAnswer.Of(history))
            : await ApiEndpoints.NotFoundAsync("run of a root worker", source, query.Worker, store, cancellation);
    }
}
