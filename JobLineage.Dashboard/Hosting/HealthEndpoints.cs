using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using JobLineage.Core.Alerts;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Mvc;

namespace JobLineage.Dashboard.Hosting;

/// <summary>
/// <c>/healthz/live</c> and <c>/healthz/ready</c>, for those who start and watch the process. They tell names of sources and
/// fixed sentences, and no data.
/// </summary>
internal static partial class HealthEndpoints
{
    private const int RetrySeconds = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Read by people with curl: an apostrophe is one. Nothing that jobs hold is in it.</summary>
    private static readonly JsonSerializerOptions Plain = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Adds the endpoints.</summary>
    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/healthz").AllowAnonymous().ExcludeFromDescription();
        group.MapGet("/live", () => Results.Json(new Health("live", []), Plain));
        group.MapGet("/ready", ReadyAsync);
    }

    private static async Task<IResult> ReadyAsync(
        HttpContext context, [FromServices] IRunReader store, [FromServices] IServiceProvider services, [FromServices] DashboardOptions options, [FromServices] ConfiguredSources configured,
        [FromServices] StoreUpgrade upgrade, TimeProvider time, ILoggerFactory logging, CancellationToken cancellation)
    {
        if (upgrade.Sentence is { } waits)
            return Unavailable(context, waits);
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            var sources = await store.SourcesAsync(either.Token).WaitAsync(either.Token);
            var troubles = SourceTroubles.Of(sources, configured, time.GetUtcNow()).ToList();
            var isDegraded = troubles.Count > 0;
            // A mail channel that refuses is no reason to send nobody here; whoever watches shall know all the same.
            if (services.GetService<IDigestReader>() is { } digests && await digests.IsFailingAsync(either.Token).WaitAsync(either.Token))
                troubles.Add("The last failure digest was not delivered: /api/v1/digests says why.");
            return Results.Json(
                new Health(isDegraded ? "degraded" : "ready", troubles), Plain, statusCode: isDegraded ? options.DegradedStatus : StatusCodes.Status200OK);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Results.Empty;
        }
        catch (Exception e)
        {
            if (!StoreFailures.IsUnavailable(e) && e is not OperationCanceledException)
                LogFailed(logging.CreateLogger(typeof(HealthEndpoints).FullName!), e);
            return Unavailable(context, Sentence(e));
        }
    }

    private static IResult Unavailable(HttpContext context, string sentence)
    {
        context.Response.Headers.RetryAfter = RetrySeconds.ToString(CultureInfo.InvariantCulture);
        return Results.Json(new Health("unavailable", [sentence]), Plain, statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static string Sentence(Exception e) => StoreFailures.IsUnavailable(e) || e is OperationCanceledException
        ? "The store does not answer."
        : "The store can't be read: it may not be set up yet, and the log says more.";

    private sealed record Health(string Status, IReadOnlyList<string> Reasons);

    [LoggerMessage(104, LogLevel.Warning, "Whether the dashboard is ready could not be told")]
    private static partial void LogFailed(ILogger logger, Exception e);
}
