using JobLineage.Core.Runs;
using Microsoft.AspNetCore.Mvc;

namespace JobLineage.Dashboard.Api;

/// <summary><c>/api/v1/queues/{source}</c>: what goes on in the queues of a source, asked of the source itself.</summary>
internal static class QueueEndpoints
{
    /// <summary>Adds the endpoint to the group of the API.</summary>
    public static void MapQueues(this IEndpointRouteBuilder api) =>
        api.MapGet("/queues/{source}", QueuesAsync).Produces<QueuesAnswer>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status502BadGateway)
            .WithSummary("The queues of a source: what waits, what begins and ends, who serves them, what is paused; 502 when the source does not answer");

    private static async Task<IResult> QueuesAsync(string source, [FromServices] IQueues queues, CancellationToken cancellation) =>
        await queues.FindAsync(source, cancellation) switch
        {
            null => Results.Problem($"No source '{source}' is configured.", statusCode: StatusCodes.Status404NotFound),
            ({ } view, _) => Results.Ok(QueuesAnswer.Of(view)),
            (_, var problem) => Results.Problem(problem, statusCode: StatusCodes.Status502BadGateway),
        };
}
