namespace JobLineage.Dashboard.Security;

/// <summary>
/// Refuses circuits, changes, and readings of the API that a page of another site asks for: browsers let any page open a
/// WebSocket to 127.0.0.1, send cookies along, and start an expensive reading whose answer they then withhold. An origin is
/// scheme, name and port: another program's pages on this machine are another site.
/// </summary>
internal sealed partial class SameOriginOnly(RequestDelegate next, ILogger<SameOriginOnly> logger)
{
    private int told;

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        // A page is for everybody who has its address: it is opened by links, and what it shows no other site can read.
        if (RequestKinds.IsPage(request) && !RequestKinds.IsExport(request))
            return next(context);
        string? origin = request.Headers.Origin;
        if (!string.IsNullOrEmpty(origin))
        {
            if (IsOwn(origin, $"{request.Scheme}://{request.Host.ToUriComponent()}") || IsOwn(origin, PublicAddress.CameTo(context)))
                return next(context);
        }
        else if (request.Headers["Sec-Fetch-Site"].ToString() is "" or "none" or "same-origin" || IsDownload(request))
        {
            return next(context);
        }

        if (Interlocked.Exchange(ref told, 1) == 0)
            LogForeign(logger, string.IsNullOrEmpty(origin) ? "(another site)" : Short(origin), PublicAddress.CameTo(context), ProxyRules.PublicUrlKey);
        return Refusal.WriteAsync(context, StatusCodes.Status403Forbidden,
            $"This is not allowed from another site. If this is the dashboard's own page, behind a proxy, set {ProxyRules.PublicUrlKey} to its address.");
    }

    /// <summary>A link to a file, clicked in a chat: a person who looks at what comes.</summary>
    private static bool IsDownload(HttpRequest request) => RequestKinds.IsExport(request)
        && request.Headers["Sec-Fetch-Mode"] == "navigate" && request.Headers["Sec-Fetch-Dest"] == "document" && request.Headers["Sec-Fetch-User"] == "?1";

    private static bool IsOwn(string origin, string own) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var theirs) && Uri.TryCreate(own, UriKind.Absolute, out var ours)
        && theirs.Scheme == ours.Scheme && theirs.Port == ours.Port && theirs.Host.Equals(ours.Host, StringComparison.OrdinalIgnoreCase);

    private static string Short(string origin) => origin.Length > 200 ? origin[..200] : origin;

    [LoggerMessage(213, LogLevel.Warning, "A request of {Origin} was refused, as the dashboard is at {Own}; if that is its own page behind a proxy, set {Key}")]
    private static partial void LogForeign(ILogger logger, string origin, string own, string key);
}
