using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using Microsoft.AspNetCore.Mvc;

namespace JobLineage.Dashboard.Api;

/// <summary><c>/api/v1/compare/{source}/{a}...{b}</c>: two runs side by side.</summary>
internal static class CompareEndpoints
{
    /// <summary>Adds the endpoint to the group of the API.</summary>
    public static void MapCompare(this IEndpointRouteBuilder api) =>
        api.MapGet("/compare/{source}/{pair}", CompareAsync).Produces<CompareAnswer>().ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Two runs side by side, as ID...ID; with one id the last good run of its pipeline comes before it");

    private static async Task<IResult> CompareAsync(
        string source, string pair, [FromServices] IRunComparisons comparisons, [FromServices] IRunReader store, CancellationToken cancellation)
    {
        var text = ApiEndpoints.Unescape(pair);
        var readings = RunPair.Readings(text);
        (string Before, string After)? ids = readings.Count switch
        {
            0 when await comparisons.FindLastGoodAsync(source, text, cancellation) is { } good => (good, text),
            0 => null,
            1 => readings[0],
            _ => await comparisons.FindPairAsync(source, readings, cancellation),
        };
        if (ids is { } found && await comparisons.CompareAsync(source, found.Before, found.After, cancellation) is { } runs)
            return Results.Ok(CompareAnswer.Of(runs));
        if (readings.Count == 0 && await store.FindRunAsync(source, text, cancellation) is not null)
            return Problems.Of(StatusCodes.Status404NotFound, $"No earlier run of the pipeline of job '{text}' is through without a final failure, as far as is kept.");
        foreach (var id in ids is { } two ? [two.Before, two.After] : new[] { text })
        {
            if (await store.FindRunAsync(source, id, cancellation) is null)
                return await ApiEndpoints.NotFoundAsync("run with job", source, id, store, cancellation);
        }

        return Problems.Of(StatusCodes.Status404NotFound, $"Source '{source}' has no pair of runs '{text}'.");
    }
}
