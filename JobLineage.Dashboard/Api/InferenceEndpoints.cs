using System.ComponentModel;
using JobLineage.Core.Export;
using JobLineage.Core.Lineage;
using JobLineage.Core.Lineage.Inference;
using JobLineage.Core.Runs;
using Microsoft.AspNetCore.Mvc;

namespace JobLineage.Dashboard.Api;

/// <summary><c>/api/v1/infer</c>: descendants that nobody recorded, inferred from arguments and times.</summary>
internal static class InferenceEndpoints
{
    private static readonly string[] Names = ["by", "window"];

    /// <summary>Adds the endpoint.</summary>
    public static void MapInference(this IEndpointRouteBuilder api) =>
        api.MapGet("/infer/{source}/{id}", InferAsync)
            .Produces<InferredRunAnswer>().ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("What may be below a job that carries no parent links: inferred, with how sure and why; read from the source itself");

    private static async Task<IResult> InferAsync(
        string source, string id, HttpContext context, [FromServices] IUntrackedLineage untracked, [FromServices] IRunReader store, [FromServices] InferPlaces places,
        CancellationToken cancellation,
        [Description("The key of the arguments that holds the run together; unless one is named, the one that fits best.")] string? by = null,
        string? window = null)
    {
        // The parameters stand in the signature for the description; they are read together, so that all errors are told.
        _ = (by, window);
        var parameters = new QueryParameters(context.Request.Query, Names);
        var length = WindowText.Usual;
        if (parameters.Text("window") is { } text)
        {
            if (WindowText.Parse(text) is { } parsed)
                length = parsed;
            else
                parameters.Errors["window"] = [WindowText.Problem("'window'")];
        }

        if (parameters.Errors.Count > 0)
            return Problems.BadParameters(parameters.Errors);
        id = ApiEndpoints.Unescape(id);
        var key = parameters.Text("by");
        if (!places.TryTake(context, out var place, out var refusal))
            return refusal;
        using var held = place;
        var answer = await untracked.InferAsync(source, id, key, length, cancellation);
        return answer switch
        {
            { Problem: { } problem } => Problems.Of(StatusCodes.Status503ServiceUnavailable, problem),
            { Run: { } run } when key is not null && run.KeyValue is null => Problems.BadParameters(new Dictionary<string, string[]>
            {
                ["by"] = [$"The arguments of job '{id}' have no value at '{key}'; keys that fit: {(run.Keys.Count == 0 ? "none" : string.Join(", ", run.Keys.Select(k => k.Key)))}."],
            }),
            { Run: { } run } => Results.Ok(run.ToAnswer(withJobs: true)),
            _ => await ApiEndpoints.NotFoundAsync("job", source, id, store, cancellation),
        };
    }
}
