using System.ComponentModel;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Security;
using Microsoft.AspNetCore.Mvc;

namespace JobLineage.Dashboard.Api;

/// <summary><c>/api/v1</c>: what the pages show, for programs.</summary>
internal static class ApiEndpoints
{
    /// <summary>JSON, its compression, and the description of the API.</summary>
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(o => ContractJson.Configured(o.SerializerOptions));
        services.AddOpenApi("v1", o =>
        {
            o.AddDocumentTransformer(async (document, context, cancellation) =>
            {
                document.Info = new()
                {
                    Title = "Job Lineage",
                    Version = "v1",
                    Description = "An answer has every member, null where nothing is known. What the terminal prints with --json has the same shapes and leaves out members that are null, "
                        + "flags that are not set, empty lists and empty texts.",
                };
                // The address in a description that is kept would be that of whoever asked first.
                document.Servers?.Clear();
                await ApiDescription.AddShapesAsync(document, context, cancellation);
                ApiDescription.DescribeJson(document);
            });
            o.AddSchemaTransformer((schema, context, _) =>
            {
                ApiDescription.Complete(schema, context.JsonTypeInfo);
                return Task.CompletedTask;
            });
            o.AddOperationTransformer((operation, context, _) =>
            {
                ApiDescription.Complete(operation, context.Description.RelativePath ?? "");
                return Task.CompletedTask;
            });
        });
        services.AddSingleton<ExportPlaces>();
        services.AddSingleton<EventPlaces>();
        services.AddSingleton<InferPlaces>();
        return services;
    }

    /// <summary>Adds the endpoints.</summary>
    public static void MapApi(this IEndpointRouteBuilder endpoints, AccessRules rules)
    {
        endpoints.MapOpenApi("/openapi/{documentName:regex(^v1$)}.json").RequireApiAccess(rules);
        endpoints.MapPageExports();
        var api = endpoints.MapGroup("/api/v1").RequireApiAccess(rules).WithTags("Job Lineage")
            .AddEndpointFilter(RevalidateAsync);
        api.MapGet("/sources", SourcesAsync).Produces<SourcesAnswer>()
            .WithSummary("The sources and how fresh they are");
        api.MapGet("/runs", RunsAsync).Produces<RunsAnswer>().ProducesValidationProblem()
            .WithSummary("Runs: filtered, in an order, page by page");
        api.MapGet("/runs/{source}/{rootId}", RunAsync).Produces<RunAnswer>().ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status410Gone)
            .WithSummary("The run that a job belongs to; 410 with 'summary' when it was dropped from history");
        api.MapViews();
        api.MapCompare();
        api.MapPipelines();
        api.MapQueues();
        api.MapExports();
        api.MapEvents();
        api.MapDigests();
        api.MapInference();
        api.MapGet("/jobs/{source}/{id}", JobAsync).Produces<JobViewAnswer>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("A job, its ancestors from the root down, its children by stage, its siblings; with native=true the row as its source has it");
    }

    private static async Task<IResult> SourcesAsync([FromServices] IRunReader store, CancellationToken cancellation) =>
        Results.Ok(new SourcesAnswer([.. (await store.SourcesAsync(cancellation)).Select(SourceAnswer.Of)]));

    private static async Task<IResult> RunsAsync(
        HttpRequest request, [FromServices] IRunReader store, CancellationToken cancellation,
        string? source = null, string? state = null, string? worker = null, string? q = null, string? from = null, string? to = null,
        [Description("The order: activity, started, duration, jobs or failures.")] string? sort = null, string? order = null, string? page = null,
        string? pageSize = null)
    {
        // The parameters stand in the signature for the description; they are read together, so that all errors are told.
        _ = (source, state, worker, q, from, to, sort, order, page, pageSize);
        var (query, errors) = RunsParameters.Read(request.Query);
        return errors.Count > 0
            ? Problems.BadParameters(errors)
            : Results.Ok(RunsAnswer.Of(await store.ListRunsAsync(query, cancellation), query));
    }

    private static async Task<IResult> RunAsync(
        string source, string rootId, HttpContext context, [FromServices] IRunReader store, CancellationToken cancellation)
    {
        var id = Unescape(rootId);
        if (await store.FindRunAsync(source, id, cancellation) is not { } run)
            return await PipelineEndpoints.DroppedAsync(source, id, store, cancellation) ?? await NotFoundAsync("run with job", source, id, store, cancellation);
        var answer = RunAnswer.Of(run);
        var tag = ETags.Of(answer);
        context.Response.Headers.ETag = tag;
        return IsKnown(context.Request, tag) ? Results.StatusCode(StatusCodes.Status304NotModified) : Results.Ok(answer);
    }

    private static async Task<IResult> JobAsync(
        string source, string id, HttpRequest request, [FromServices] IRunReader store, [FromServices] INativeRows rows,
        CancellationToken cancellation, string? native = null)
    {
        _ = native;
        var read = new QueryParameters(request.Query, ["native"]);
        var withNative = read.Choice<Whether>("native") == Whether.True;
        if (read.Errors.Count > 0)
            return Problems.BadParameters(read.Errors);
        id = Unescape(id);
        return await store.FindJobAsync(source, id, cancellation) is { } view
            ? Results.Ok(JobViewAnswer.Of(view, withNative ? await rows.FindAsync(source, view.Job.RowId, cancellation) : null))
            : await NotFoundAsync("job", source, id, store, cancellation);
    }

    private enum Whether
    {
        False,
        True,
    }

    /// <summary>Says what is not there, or that there is no such source.</summary>
    internal static async Task<IResult> NotFoundAsync(
        string what, string source, string id, IRunReader store, CancellationToken cancellation)
    {
        var names = (await store.SourcesAsync(cancellation)).Select(s => s.Source).ToList();
        return Problems.Of(StatusCodes.Status404NotFound, names.Contains(source)
            ? $"Source '{source}' has no {what} '{id}', or it is older than what is kept."
            : $"There is no source '{source}'; there are {(names.Count == 0 ? "none" : string.Join(", ", names))}.");
    }

    /// <summary>Weak comparison: RFC 9110, 13.1.2.</summary>
    private static bool IsKnown(HttpRequest request, string tag) =>
        request.Headers.IfNoneMatch.SelectMany(v => (v ?? "").Split(','))
            .Select(v => v.Trim())
            .Any(v => v == "*" || Opaque(v) == Opaque(tag));

    private static string Opaque(string tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;

    /// <summary>The id that a part of a path stands for: ids of text queues may hold slashes and percent signs.</summary>
    internal static string Unescape(string id) => PlainIds.Unescape(id);

    /// <summary>What is kept must be asked for again each time: it is somebody's own, and it is live.</summary>
    private static ValueTask<object?> RevalidateAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        context.HttpContext.Response.Headers.CacheControl = "private, no-cache";
        return next(context);
    }
}
