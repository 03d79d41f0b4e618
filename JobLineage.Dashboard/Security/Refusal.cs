using System.Text.Encodings.Web;
using JobLineage.Dashboard.Hosting;

namespace JobLineage.Dashboard.Security;

/// <summary>An answer to a request that is not let in, or that failed: one sentence, as JSON to programs and as a page to people.</summary>
internal static class Refusal
{
    /// <summary>Answers.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The response's status.</param>
    /// <param name="sentence">Plain text.</param>
    /// <param name="mayRetry">Whether the page offers to try it again.</param>
    public static Task WriteAsync(HttpContext context, int status, string sentence, bool mayRetry = false)
    {
        var result = RequestKinds.IsApi(context.Request)
            ? Results.Problem(sentence, statusCode: status)
            : PlainPage.Show("Not available", $"""
                <h1>Job Lineage</h1>
                <p role="alert">{HtmlEncoder.Default.Encode(sentence)}</p>
                {(mayRetry ? "<p><a href=\"\">Try again</a></p>" : "")}
                """, status);
        context.Response.StatusCode = status;
        return result.ExecuteAsync(context);
    }
}
