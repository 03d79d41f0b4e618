using JobLineage.Dashboard.Components.Docs;

namespace JobLineage.Dashboard.Hosting;

/// <summary>The pictures that pages of the documentation show.</summary>
internal static class DocPictureEndpoints
{
    /// <summary>Adds them.</summary>
    public static void MapDocPictures(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/docs/images/{name}", (string name, HttpContext context) =>
        {
            if (DocLibrary.OpenPicture($"images/{name}") is not { } picture)
                return Results.NotFound();
            // It changes with the program alone.
            context.Response.Headers.CacheControl = "private, max-age=3600";
            return Results.Stream(picture, "image/png");
        }).ExcludeFromDescription();
}
