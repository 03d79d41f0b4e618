using JobLineage.Core.Alerts;
using JobLineage.Core.Runs;
using Microsoft.AspNetCore.Mvc;

namespace JobLineage.Dashboard.Hosting;

/// <summary><c>/healthz/live</c> and <c>/healthz/ready</c>, for those who start and watch the process. They tell no data.</summary>
internal static class HealthEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Adds the endpoints.</summary>
    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/healthz").AllowAnonymous().ExcludeFromDescription();
        group.MapGet("/live", () => Results.Json(new Health("live", [])));
        group.MapGet("/ready", ReadyAsync);
    }

    private static async Task<IResult> ReadyAsync(
        [FromServices] IRunReader store, [FromServices] IServiceProvider services, TimeProvider time, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await store.SourcesAsync(either.Token).WaitAsync(either.Token);
            // A mail channel that refuses is no reason to send nobody here; whoever watches shall know all the same.
            var isFailing = services.GetService<IDigestReader>() is { } digests && await digests.IsFailingAsync(either.Token).WaitAsync(either.Token);
            return Results.Json(new Health("ready", isFailing ? ["The last failure digest was not delivered: /api/v1/digests says why."] : []));
        }
        catch (Exception e) when (StoreFailures.IsUnavailable(e) || (patience.IsCancellationRequested && e is OperationCanceledException))
        {
            return Results.Json(
                new Health("unavailable", ["The store does not answer."]), statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    private sealed record Health(string Status, IReadOnlyList<string> Reasons);
}
