namespace JobLineage.Dashboard.Security;

/// <summary>
/// Makes a request look as its browser sent it: scheme, name and port of <see cref="ProxyRules.PublicUrl"/>, and its path as the
/// base, whether the proxy keeps that path or takes it off.
/// </summary>
internal sealed class PublicAddress(RequestDelegate next, AccessRules rules)
{
    private static readonly object Came = new();

    /// <summary>The origin by which a request came to this process: that of a browser that uses no proxy.</summary>
    public static string CameTo(HttpContext context) => context.Items[Came] as string ?? Origin(context.Request);

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var came = Origin(request);
        context.Items[Came] = came;
        if (rules.Proxy.PublicUrl is { } url)
        {
            request.Scheme = url.Scheme;
            request.Host = new(url.Authority);
        }

        // A trusted proxy may have named the base itself.
        var path = request.PathBase.HasValue ? request.PathBase.Value!.TrimEnd('/') : rules.Proxy.BasePath;
        if (path.Length > 0)
        {
            var isKept = request.Path.StartsWithSegments(path, StringComparison.Ordinal, out var rest);
            request.PathBase = path;
            if (isKept)
                request.Path = rest;
            if (!request.Path.HasValue)
            {
                // Relative addresses on the page begin behind the slash.
                context.Response.Redirect(path + "/" + request.QueryString);
                return Task.CompletedTask;
            }
        }

        // Pages lead to absolute addresses of this process, which a proxy may not have: a path leads there from anywhere.
        context.Response.OnStarting(static state =>
        {
            var (http, came) = ((HttpContext, string))state;
            if (http.Response.Headers.Location.ToString() is { Length: > 0 } location)
            {
                foreach (var origin in (ReadOnlySpan<string>)[Origin(http.Request), came])
                {
                    if (location.StartsWith(origin + "/", StringComparison.OrdinalIgnoreCase))
                        http.Response.Headers.Location = location[origin.Length..];
                }
            }

            return Task.CompletedTask;
        }, (context, came));
        return next(context);
    }

    private static string Origin(HttpRequest request) => $"{request.Scheme}://{request.Host.ToUriComponent()}";
}
