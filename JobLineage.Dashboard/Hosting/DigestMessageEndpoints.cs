using System.Net.Mime;
using System.Text;
using JobLineage.Core.Alerts;
using Microsoft.AspNetCore.Mvc;

namespace JobLineage.Dashboard.Hosting;

/// <summary><c>/digests/{id}/message</c>: a digest's HTML as it was mailed, for the frame on its page.</summary>
internal static class DigestMessageEndpoints
{
    private const string Head = "<head>";

    /// <summary>Adds the endpoint. It is part of a page, and opened by what opens pages.</summary>
    public static void MapDigestMessages(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/digests/{id:long}/message", MessageAsync).ExcludeFromDescription();

    private static async Task<IResult> MessageAsync(
        long id, HttpContext context, [FromServices] IDigestReader digests, CancellationToken cancellation)
    {
        SecurityHeaders.AnswersMessage(context);
        context.Response.Headers.CacheControl = "private, no-cache";
        return await digests.FindAsync(id, cancellation) is { Html.Length: > 0 } digest
            ? Results.Text(Outward(digest.Html), MediaTypeNames.Text.Html, Encoding.UTF8)
            : Results.Text("There is no such message, or it is no longer kept.", MediaTypeNames.Text.Plain, Encoding.UTF8, StatusCodes.Status404NotFound);
    }

    /// <summary>Links open in a tab of their own: the frame has room for the message alone.</summary>
    private static string Outward(string html)
    {
        var at = html.IndexOf(Head, StringComparison.Ordinal);
        return at < 0 ? html : html.Insert(at + Head.Length, "<base target=\"_blank\">");
    }
}
