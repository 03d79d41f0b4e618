using JobLineage.Dashboard.Hosting;

namespace JobLineage.Dashboard.Security;

/// <summary>An answer to a request that is not let in: one sentence, as JSON to programs and as a page to people.</summary>
internal static class Refusal
{
    /// <summary>Answers.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The response's status.</param>
    /// <param name="sentence">Plain text.</param>
    public static Task WriteAsync(HttpContext context, int status, string sentence)
    {
        var result = RequestKinds.IsApi(context.Request)
            ? Results.Problem(sentence, statusCode: status)
            : PlainPage.Show("Not available", $"""
                <h1>Job Lineage</h1>
                <p role="alert">{System.Text.Encodings.Web.HtmlEncoder.Default.Encode(sentence)}</p>
                """, status);
        context.Response.StatusCode = status;
        return result.ExecuteAsync(context);
    }
}
