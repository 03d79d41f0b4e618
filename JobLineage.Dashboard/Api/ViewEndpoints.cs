using System.ComponentModel;
using JobLineage.Core.Runs;
using Microsoft.AspNetCore.Mvc;

namespace JobLineage.Dashboard.Api;

/// <summary><c>/api/v1/runs/{source}/{rootId}/…</c>: what the views of a run show.</summary>
internal static class ViewEndpoints
{
    /// <summary>Adds the endpoints to the group of the API.</summary>
    public static void MapViews(this IEndpointRouteBuilder api)
    {
        var run = api.MapGroup("/runs/{source}/{rootId}");
        run.MapGet("/jobs", JobsAsync).Produces<JobsAnswer>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Jobs of a run: filtered, in an order, page by page");
        run.MapGet("/errors", ErrorsAsync).Produces<ErrorsAnswer>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("The errors of a run by kind, the most frequent first");
        run.MapGet("/failures", FailuresAsync).Produces<FailuresAnswer>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Final failures by their ancestor in the stage 'by'");
        run.MapGet("/timeline", TimelineAsync).Produces<TimelineAnswer>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("A run over time: stages, jobs in flight, the way to the last finish");
        run.MapGet("/stage", StageAsync).Produces<StageEvidenceAnswer>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("What the jobs of one stage tell: times, pace, errors, what sets the failed apart, a sample");
    }

    private static async Task<IResult> JobsAsync(
        string source, string rootId, HttpRequest request, [FromServices] IRunViews views, [FromServices] IRunReader store,
        CancellationToken cancellation, string? stage = null, string? state = null, string? queue = null, string? error = null,
        [Description(FilterParameters.Means)] string? q = null, string? below = null, string? sort = null, string? page = null, string? pageSize = null)
    {
        // The parameters stand in the signature for the description; they are read together, so that all errors are told.
        _ = (stage, state, queue, error, q, below, sort, page, pageSize);
        var id = ApiEndpoints.Unescape(rootId);
        var (query, errors) = JobsParameters.Read(request.Query, source, id);
        if (errors.Count > 0)
            return Problems.BadParameters(errors);
        return await views.ListJobsAsync(query, cancellation) is { } jobs
            ? Results.Ok(JobsAnswer.Of(jobs, query))
            : await MissingAsync(source, id, query.Filter.Stage, store, cancellation);
    }

    private static async Task<IResult> ErrorsAsync(
        string source, string rootId, [FromServices] IRunViews views, [FromServices] IRunReader store, CancellationToken cancellation)
    {
        var id = ApiEndpoints.Unescape(rootId);
        return await views.FindErrorsAsync(source, id, cancellation) is { } errors
            ? Results.Ok(ErrorsAnswer.Of(source, id, errors))
            : await MissingAsync(source, id, null, store, cancellation);
    }

    private static async Task<IResult> FailuresAsync(
        string source, string rootId, [FromServices] IRunViews views, [FromServices] IRunReader store, CancellationToken cancellation, string? by = null)
    {
        var id = ApiEndpoints.Unescape(rootId);
        if (Bad("by", by) is { } problem)
            return problem;
        return await views.GroupFailuresAsync(source, id, by!, cancellation) is { } groups
            ? Results.Ok(FailuresAnswer.Of(source, id, groups))
            : await MissingAsync(source, id, by, store, cancellation);
    }

    private static async Task<IResult> TimelineAsync(
        string source, string rootId, [FromServices] IRunViews views, [FromServices] IRunReader store, CancellationToken cancellation)
    {
        var id = ApiEndpoints.Unescape(rootId);
        return await views.FindTimelineAsync(source, id, cancellation) is { } line
            ? Results.Ok(TimelineAnswer.Of(source, id, line))
            : await MissingAsync(source, id, null, store, cancellation);
    }

    private static async Task<IResult> StageAsync(
        string source, string rootId, [FromServices] IRunViews views, [FromServices] IRunReader store, CancellationToken cancellation, string? path = null)
    {
        var id = ApiEndpoints.Unescape(rootId);
        if (Bad("path", path) is { } problem)
            return problem;
        return await views.FindStageAsync(source, id, path!, cancellation) is { } seen
            ? Results.Ok(StageEvidenceAnswer.Of(source, id, seen))
            : await MissingAsync(source, id, path, store, cancellation);
    }

    private static IResult? Bad(string name, string? path) => string.IsNullOrEmpty(path) || path.Contains('\0')
        ? Problems.BadParameters(new Dictionary<string, string[]> { [name] = [$"'{name}' must be the path of a stage, as in SyncJob/MoviePageJob."] })
        : null;

    /// <summary>The run itself may be there, and only what was asked of it not.</summary>
    internal static async Task<IResult> MissingAsync(
        string source, string id, string? stage, IRunReader store, CancellationToken cancellation) =>
        stage is not null && await store.FindRunAsync(source, id, cancellation) is { } run
            ? Problems.Of(StatusCodes.Status404NotFound, run.RunKey is null || run.Stages.All(s => s.Path != stage)
                ? $"The run of job '{id}' has no stage '{stage}'."
                : $"The jobs of the run of job '{id}' share a key and have no links to group by.")
            : await ApiEndpoints.NotFoundAsync("run with job", source, id, store, cancellation);
}
