using System.ComponentModel;
using System.Globalization;
using JobLineage.Core.Alerts;
using Microsoft.AspNetCore.Mvc;

namespace JobLineage.Dashboard.Api;

/// <summary><c>/api/v1/digests</c> and <c>/api/v1/mutes</c>: what was told of final failures, and what is told of none.</summary>
internal static class DigestEndpoints
{
    private const int Most = 100;

    /// <summary>Adds the endpoints to the group of the API.</summary>
    public static void MapDigests(this IEndpointRouteBuilder api)
    {
        api.MapGet("/digests", DigestsAsync).Produces<DigestsAnswer>().ProducesValidationProblem()
            .WithSummary("Digests of final failures, the newest first; 'older' of an answer is 'before' of the next");
        api.MapGet("/digests/{id}", DigestAsync).Produces<DigestAnswer>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("A digest: the message as it was frozen, and what became of it");
        api.MapGet("/digests/{id}/failures", FailuresAsync).Produces<ToldFailuresAnswer>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("All failures that a digest told of");
        api.MapGet("/mutes", MutesAsync).Produces<MutesAnswer>()
            .WithSummary("Pipelines of which digests say nothing: mutes in force, then the last of those that were");
    }

    private static async Task<IResult> DigestsAsync(
        HttpRequest request, [FromServices] IDigestReader digests, [FromServices] DigestPlan plan, TimeProvider time, CancellationToken cancellation,
        string? state = null, string? before = null, string? pageSize = null)
    {
        // The parameters stand in the signature for the description; they are read together, so that all errors are told.
        _ = (state, before, pageSize);
        var read = new QueryParameters(request.Query, ["state", "before", "pageSize"]);
        var query = new DigestQuery(read.Choice<DeliveryState>("state"), Id(read, "before"), read.Number("pageSize", Most) ?? Most);
        if (read.Errors.Count > 0)
            return Problems.BadParameters(read.Errors);
        var overview = await digests.OverviewAsync(cancellation);
        var page = await digests.ListAsync(query, cancellation);
        return Results.Ok(new DigestsAnswer(overview.Untold, overview.Muted, plan.NextAfter(time.GetUtcNow()), [.. page.Digests.Select(d => d.ToAnswer())], page.Older));
    }

    private static async Task<IResult> DigestAsync([Description("The digest's number.")] string id, [FromServices] IDigestReader digests, CancellationToken cancellation) =>
        Parse(id) is { } number && await digests.FindAsync(number, cancellation) is { } digest ? Results.Ok(digest.ToAnswer()) : Missing(id);

    private static async Task<IResult> FailuresAsync(
        [Description("The digest's number.")] string id, HttpRequest request, [FromServices] IDigestReader digests, [FromServices] IFailureReader failures, CancellationToken cancellation,
        string? before = null, string? pageSize = null)
    {
        _ = (before, pageSize);
        var read = new QueryParameters(request.Query, ["before", "pageSize"]);
        var (after, size) = (Id(read, "before"), read.Number("pageSize", Most) ?? Most);
        if (read.Errors.Count > 0)
            return Problems.BadParameters(read.Errors);
        return Parse(id) is { } number && await digests.FindAsync(number, cancellation) is not null
            ? Results.Ok((await failures.ListAsync(new(number, null, after, size), cancellation)).ToAnswer())
            : Missing(id);
    }

    private static async Task<IResult> MutesAsync([FromServices] IMutes mutes, CancellationToken cancellation) =>
        Results.Ok(new MutesAnswer([.. (await mutes.ListAsync(Most, cancellation)).Select(m => m.ToAnswer())]));

    private static long? Id(QueryParameters read, string name)
    {
        if (read.Text(name) is not { } text)
            return null;
        if (Parse(text) is { } id)
            return id;
        read.Errors[name] = [$"'{name}' must be a whole number."];
        return null;
    }

    private static long? Parse(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    private static IResult Missing(string id) => Problems.Of(StatusCodes.Status404NotFound, $"There is no digest '{id}', or it is no longer kept.");
}
