namespace JobLineage.Dashboard.Security;

/// <summary>
/// Refuses circuits and changes that a page of another site asks for: browsers let any page open a WebSocket to 127.0.0.1,
/// and send cookies along. Ports are not compared: a proxy may pass the name without one.
/// </summary>
internal sealed class SameOriginOnly(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (RequestKinds.IsRead(request) && !RequestKinds.IsCircuit(request))
            return next(context);
        string? origin = request.Headers.Origin;
        if (string.IsNullOrEmpty(origin) || IsOwn(origin, request.Host.Host))
            return next(context);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    private static bool IsOwn(string origin, string host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Host.Equals(host, StringComparison.OrdinalIgnoreCase);
}
