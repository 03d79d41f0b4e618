namespace JobLineage.Dashboard.Hosting;

/// <summary>
/// Headers that confine what a page may do. Set last, and in place of what others set: Blazor adds a policy of its own that
/// knows nothing but frame-ancestors, and one header is easier to reason about than two.
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    // Styles: components position things with style attributes. Scripts: files only, so that no text of a job can become one.
    private const string Policy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        + "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    // A message that was mailed is shown as it was: nothing in it runs, nothing is loaded, and its links open elsewhere.
    private const string MessagePolicy =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
        + "sandbox allow-popups allow-popups-to-escape-sandbox";

    // Nothing here needs any of them; a script that got in after all gets none either.
    private const string Permissions =
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

    private static readonly object Message = new();

    /// <summary>Says that the answer is a message as it was mailed.</summary>
    public static void AnswersMessage(HttpContext context) => context.Items[Message] = true;

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(static state =>
        {
            var http = (HttpContext)state;
            var headers = http.Response.Headers;
            headers.ContentSecurityPolicy = http.Items.ContainsKey(Message) ? MessagePolicy : Policy;
            headers.XContentTypeOptions = "nosniff";
            // Addresses of pages hold job ids, which are nobody else's business.
            headers["Referrer-Policy"] = "same-origin";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            headers["Permissions-Policy"] = Permissions;
            return Task.CompletedTask;
        }, context);
        return next(context);
    }
}
