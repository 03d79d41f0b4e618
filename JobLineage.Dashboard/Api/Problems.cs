using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;

namespace JobLineage.Dashboard.Api;

/// <summary>Errors as RFC 9457 problem details, always as JSON whatever the request says it accepts.</summary>
internal static class Problems
{
    /// <summary>A problem with one sentence.</summary>
    public static IResult Of(int status, string detail) => Results.Problem(detail, statusCode: status);

    /// <summary>Parameters that can't be used, each with what is wrong with it.</summary>
    public static IResult BadParameters(IDictionary<string, string[]> errors) => Results.ValidationProblem(
        errors, string.Join(' ', errors.Values.SelectMany(e => e)), title: "A parameter can't be used.");

    /// <summary>Gives a body to a status that has none: no such path, wrong method, not signed in.</summary>
    public static Task WriteStatusAsync(StatusCodeContext context)
    {
        var http = context.HttpContext;
        var status = http.Response.StatusCode;
        return Of(status, status switch
        {
            StatusCodes.Status400BadRequest => "The request can't be read.",
            StatusCodes.Status401Unauthorized => "Send the configured token as 'Authorization: Bearer …', or sign in with a browser.",
            StatusCodes.Status403Forbidden => "This is not allowed from another site.",
            StatusCodes.Status404NotFound => "There is nothing at this path.",
            StatusCodes.Status429TooManyRequests => "Too many wrong tokens came from this address. Try again after Retry-After.",
            StatusCodes.Status405MethodNotAllowed => "This path does not know that method.",
            _ => string.Create(CultureInfo.InvariantCulture, $"The request ended with status {status}."),
        }).ExecuteAsync(http);
    }
}
