using JobLineage.Core.Alerts;
using Microsoft.AspNetCore.Mvc;

namespace JobLineage.Dashboard.Api;

/// <summary><c>/api/v1/digests</c>: what was told of final failures, and what became of it.</summary>
internal static class DigestEndpoints
{
    private const int Most = 100;

    /// <summary>Adds the endpoint to the group of the API.</summary>
    public static void MapDigests(this IEndpointRouteBuilder api) =>
        api.MapGet("/digests", DigestsAsync).Produces<DigestsAnswer>()
            .WithSummary("The last digests of final failures, the newest first");

    private static async Task<IResult> DigestsAsync([FromServices] IDigestReader digests, CancellationToken cancellation) =>
        Results.Ok(new DigestsAnswer(await digests.CountUntoldAsync(cancellation), await digests.ListAsync(Most, cancellation)));
}

/// <summary>Digests.</summary>
/// <param name="Untold">Final failures that no digest has told of yet.</param>
/// <param name="Digests">The last digests, the newest first.</param>
internal sealed record DigestsAnswer(long Untold, IReadOnlyList<DigestSummary> Digests);
