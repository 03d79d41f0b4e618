using System.Collections.Concurrent;
using Microsoft.AspNetCore.HttpOverrides;

namespace JobLineage.Dashboard.Security;

/// <summary>
/// Requests that came through a proxy. Where nothing asks for a sign-in they are refused: a proxy on this machine makes the
/// whole world look like this machine. Elsewhere what the proxy says of the client counts when the proxy is a trusted one.
/// </summary>
internal sealed partial class ForwardedRequests(RequestDelegate next, AccessRules rules, ILogger<ForwardedRequests> logger)
{
    private const string Prefix = "X-Forwarded-";

    // Of each header once: whoever can reach the dashboard could fill the log.
    private readonly ConcurrentDictionary<(string Header, bool IsRefused), bool> told = [];

    /// <summary>Adds the reading of what trusted proxies say, and the refusal of what comes by others without a sign-in.</summary>
    public static void Use(WebApplication app, AccessRules rules)
    {
        app.UseMiddleware<ForwardedRequests>();
        if (rules.Proxy.TrustsAny)
            app.UseWhen(c => rules.Proxy.Trusts(c.Connection.RemoteIpAddress), trusted => trusted.UseForwardedHeaders(Options(rules)));
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (Name(context.Request.Headers) is not { } header || rules.Proxy.Trusts(context.Connection.RemoteIpAddress))
            return next(context);
        var request = context.Request;
        if (!(RequestKinds.IsApi(request) ? rules.ApiAsks : rules.PagesAsk) && !RequestKinds.IsHealth(request))
        {
            if (told.TryAdd((header, true), true))
                LogRefused(logger, header);
            return Refusal.WriteAsync(context, StatusCodes.Status403Forbidden,
                $"This request came through a proxy (it carries {header}), and nothing here asks for a sign-in: set {AccessRules.PasswordKey}, and "
                + $"{ProxyRules.TrustedProxiesKey} to the proxy's address, or open the dashboard without the proxy.");
        }

        if (told.TryAdd((header, false), true))
            LogUntrusted(logger, header, context.Connection.RemoteIpAddress, ProxyRules.TrustedProxiesKey);
        return next(context);
    }

    /// <summary>The header by which a proxy shows; null without one.</summary>
    private static string? Name(IHeaderDictionary headers)
    {
        foreach (var (name, _) in headers)
        {
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
                || name.Equals("Forwarded", StringComparison.OrdinalIgnoreCase) || name.Equals("Via", StringComparison.OrdinalIgnoreCase))
                return Known(name);
        }

        return null;
    }

    /// <summary>What a client calls a header is not repeated to it.</summary>
    private static string Known(string name) =>
        name.Equals("Forwarded", StringComparison.OrdinalIgnoreCase) ? "Forwarded" : name.Equals("Via", StringComparison.OrdinalIgnoreCase) ? "Via" : Prefix + "*";

    private static ForwardedHeadersOptions Options(AccessRules rules)
    {
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost | ForwardedHeaders.XForwardedPrefix,
            // From the right as far as proxies are known: what stands left of the first unknown one anybody may have written.
            ForwardLimit = rules.Proxy.Networks.Count == 0 ? 1 : null,
            AllowedHosts = [.. rules.Hosts],
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in rules.Proxy.Networks)
            options.KnownIPNetworks.Add(network);
        return options;
    }

    [LoggerMessage(211, LogLevel.Warning, "A request that came through a proxy ({Header}) was refused: nothing here asks for a sign-in")]
    private static partial void LogRefused(ILogger logger, string header);

    [LoggerMessage(212, LogLevel.Warning, "Requests come through a proxy ({Header}) at {Remote}, which {Key} does not name: all its visitors count as one address")]
    private static partial void LogUntrusted(ILogger logger, string header, System.Net.IPAddress? remote, string key);
}
