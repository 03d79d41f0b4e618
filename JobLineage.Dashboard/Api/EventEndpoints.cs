using System.ComponentModel;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Security;
using Microsoft.AspNetCore.Mvc;

namespace JobLineage.Dashboard.Api;

/// <summary><c>…/events</c>: a run as it changes.</summary>
internal static class EventEndpoints
{
    /// <summary>Adds the endpoint to the group of the API.</summary>
    public static void MapEvents(this IEndpointRouteBuilder api) =>
        api.MapGet("/runs/{source}/{rootId}/events", EventsAsync)
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream").ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("A run as it changes, as server-sent events")
            .WithDescription("'snapshot' has the same JSON as the run itself, and its version as the id: the newest first, then each newer one, at most four a second. "
                + "'finished' follows a snapshot in which nothing goes on; the stream stays open, for jobs may be started again. 'lost' says that the store does not answer. "
                + "Comments keep the connection alive.");

    private static async Task<IResult> EventsAsync(
        [Description("The source's name.")] string source,
        [Description("The id of the root, or of any job of the run.")] string rootId,
        HttpContext context, [FromServices] RunHub hub, [FromServices] IRunReader store, [FromServices] EventPlaces places,
        [FromServices] TimeProvider time, [FromServices] IHostApplicationLifetime lifetime, CancellationToken cancellation)
    {
        var id = ApiEndpoints.Unescape(rootId);
        if (HeadRequests.Is(context))
        {
            if (await store.FindRunAsync(source, id, cancellation) is null)
                return await ApiEndpoints.NotFoundAsync("run with job", source, id, store, cancellation);
            Describe(context.Response);
            return Results.Empty;
        }

        if (!places.TryTake(context, out var place, out var refusal))
            return refusal;
        using (place)
        {
            // A program that ends does not wait for those who only listen.
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
            using var subscription = hub.Subscribe(new RunKey(source, id));
            var events = new RunEvents(subscription, time);
            try
            {
                // A failure before the first event is an answer like any other.
                if (await events.FirstAsync(end.Token) is not { } first)
                    return await ApiEndpoints.NotFoundAsync("run with job", source, id, store, cancellation);
                Describe(context.Response);
                await events.WriteAsync(first, context.Response.Body, end.Token);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
            }

            return Results.Empty;
        }
    }

    private static void Describe(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "private, no-store";
        // Proxies that gather answers would hold events back.
        response.Headers["X-Accel-Buffering"] = "no";
    }
}
