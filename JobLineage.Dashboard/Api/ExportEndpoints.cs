using System.ComponentModel;
using System.Reflection;
using JobLineage.Core.Export;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Security;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace JobLineage.Dashboard.Api;

/// <summary><c>…/export</c>, <c>…/sql</c>: jobs of a run to take away, and the shape they have.</summary>
internal static class ExportEndpoints
{
    private const string SchemaName = "run-export.schema.json";
    private const string SchemaType = "application/schema+json";

    /// <summary>Adds the endpoints to the group of the API.</summary>
    public static void MapExports(this IEndpointRouteBuilder api)
    {
        var run = api.MapGroup("/runs/{source}/{rootId}");
        run.MapGet("/export", ExportAsync)
            .Produces<object>(StatusCodes.Status200OK, "application/json", "text/csv", "text/plain")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("A run with its jobs, as a file")
            .WithDescription("Streamed: JSON in the shape of /api/v1/schemas/run-export.schema.json, CSV, text, or a Mermaid chart of the stages. All of it is of one moment.");
        run.MapGet("/sql", SqlAsync).Produces<SqlAnswer>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("The statement that finds the same jobs in the queue's own table");
        api.MapGet("/schemas/" + SchemaName, Schema).Produces<object>(StatusCodes.Status200OK, SchemaType)
            .WithSummary("The shape of an export as JSON, as a JSON Schema");
    }

    /// <summary>Adds the same for pages: who may see a page may take away what it shows, also where the API asks for a token.</summary>
    public static void MapPageExports(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/exports/{source}/{rootId}", ExportAsync).ExcludeFromDescription();

    private static async Task<IResult> ExportAsync(
        [Description("The source's name.")] string source,
        [Description("The id of the root, or of any job of the run.")] string rootId,
        HttpContext context, [FromServices] IRunExports exports, [FromServices] IRunReader store, [FromServices] ExportPlaces places, CancellationToken cancellation,
        [Description("json (unless something else is said), csv, text or mermaid.")] string? format = null,
        [Description("Only jobs of the stage with this path.")] string? stage = null,
        [Description("Only jobs in this state.")] string? state = null,
        [Description("Only jobs of this queue.")] string? queue = null,
        [Description("Only jobs with the error of this number: 'id' of an answer of errors.")] string? error = null,
        [Description(FilterParameters.Means)] string? q = null,
        [Description("Only jobs below the one with this id.")] string? below = null,
        [Description("Only the jobs with these ids; may be given up to 400 times.")] string[]? ids = null,
        [Description("true: CSV begins with a byte order mark, by which Excel knows UTF-8.")] string? bom = null)
    {
        // The parameters stand in the signature for the description; they are read together, so that all errors are told.
        _ = (format, stage, state, queue, error, q, below, ids, bom);
        var id = ApiEndpoints.Unescape(rootId);
        var (selection, wanted, withBom, errors) = SelectionParameters.ReadExport(context.Request.Query, source, id);
        if (errors.Count > 0)
            return Problems.BadParameters(errors);
        if (!places.TryTake(context, out var place, out var refusal))
            return refusal;
        using (place)
        {
            await using var export = await exports.OpenAsync(selection, cancellation);
            if (export is null)
                return await ViewEndpoints.MissingAsync(source, id, selection.Filter.Stage, store, cancellation);
            var headers = context.Response.Headers;
            headers.ContentType = wanted.ContentType();
            headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = wanted.FileName(export.Run) }.ToString();
            headers.CacheControl = "private, no-store";
            if (HeadRequests.Is(context))
                return Results.Empty;
            // What fails from here on breaks the connection off: half a file must not look like a whole one.
            await wanted.WriteAsync(export, context.Response.Body, withBom, cancellation);
            return Results.Empty;
        }
    }

    private static async Task<IResult> SqlAsync(
        [Description("The source's name.")] string source,
        [Description("The id of the root, or of any job of the run.")] string rootId,
        HttpRequest request, [FromServices] IRunSql sql, [FromServices] IRunReader store, CancellationToken cancellation,
        [Description("Only jobs of the stage with this path.")] string? stage = null,
        [Description("Only jobs in this state.")] string? state = null,
        [Description("Only jobs of this queue.")] string? queue = null,
        [Description("Only jobs with the error of this number: 'id' of an answer of errors.")] string? error = null,
        [Description(FilterParameters.Means)] string? q = null,
        [Description("Only jobs below the one with this id.")] string? below = null,
        [Description("Only the jobs with these ids; may be given up to 400 times.")] string[]? ids = null)
    {
        _ = (stage, state, queue, error, q, below, ids);
        var id = ApiEndpoints.Unescape(rootId);
        var (selection, errors) = SelectionParameters.Read(request.Query, source, id);
        if (errors.Count > 0)
            return Problems.BadParameters(errors);
        return await sql.FindAsync(selection, cancellation) is { } found
            ? Results.Ok(new SqlAnswer(source, id, found.Sql, found.Notes))
            : await ViewEndpoints.MissingAsync(source, id, selection.Filter.Stage, store, cancellation);
    }

    private static IResult Schema(HttpContext context)
    {
        context.Response.Headers.CacheControl = "public, max-age=3600";
        return Results.Stream(
            Assembly.GetExecutingAssembly().GetManifestResourceStream(SchemaName) ?? throw new InvalidOperationException($"{SchemaName} is not part of the program."),
            SchemaType);
    }
}
