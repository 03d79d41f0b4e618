using System.Security.Claims;
using JobLineage.Core.Store.Access;
using JobLineage.Dashboard.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace JobLineage.Dashboard.Security;

/// <summary>Puts <see cref="AccessRules"/> into force.</summary>
internal static class AccessServices
{
    /// <summary>The cookie's scheme.</summary>
    public const string CookieScheme = CookieAuthenticationDefaults.AuthenticationScheme;

    private const string Selector = "access";
    private const string StampClaim = "stamp";

    /// <summary>Sign-in, cookies and their keys, antiforgery, host names.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services, DashboardOptions options)
    {
        var rules = options.Access;
        services.AddSingleton(rules);
        services.AddSingleton<SignInAttempts>();
        services.AddSingleton<TokenAttempts>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<CircuitSessions>();
        services.Configure<HubOptions>(o => o.AddFilter<CircuitSessions>());
        if (rules.PagesAsk)
            services.AddHostedService<SessionWatch>();
        // The name keeps cookies valid when the program moves to another folder; the store, when another replica answers.
        services.AddDataProtection().SetApplicationName("JobLineage");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(
            s => new ConfigureOptions<KeyManagementOptions>(o => o.XmlRepository = new StoredKeys(s.GetRequiredService<IKeyStore>())));
        services.AddAuthentication(Selector)
            .AddPolicyScheme(Selector, null, o => o.ForwardDefaultSelector = SelectScheme)
            .AddScheme<AuthenticationSchemeOptions, BearerTokenHandler>(BearerTokenHandler.Name, null)
            .AddCookie(CookieScheme, o => ConfigureCookie(o, rules));
        services.AddAuthorization(o =>
        {
            // The fallback holds for whatever nobody thought of: new pages, circuits, paths that do not exist.
            if (rules.PagesAsk)
                o.FallbackPolicy = SignedIn;
        });
        services.AddAntiforgery(o =>
        {
            o.Cookie.Name = "joblineage.form";
            o.Cookie.SecurePolicy = Secure(rules);
            // frame-ancestors says it, for all pages alike.
            o.SuppressXFrameOptionsHeader = true;
        });
        services.PostConfigure<HostFilteringOptions>(o => o.AllowedHosts = [.. rules.Hosts]);
        return services;
    }

    /// <summary>Asks for the token or a signed-in browser when the rules say so.</summary>
    public static TBuilder RequireApiAccess<TBuilder>(this TBuilder endpoints, AccessRules rules)
        where TBuilder : IEndpointConventionBuilder =>
        rules.ApiAsks ? endpoints.RequireAuthorization(SignedIn) : endpoints;

    /// <summary>Begins a session.</summary>
    public static async Task SignInAsync(HttpContext context, Secret password, Sessions sessions)
    {
        var session = await sessions.BeginAsync(context.RequestAborted);
        var identity = new ClaimsIdentity(
            [new(ClaimTypes.Name, "dashboard"), new(StampClaim, password.Stamp), new(Sessions.Claim, session)], CookieScheme);
        await context.SignInAsync(CookieScheme, new(identity), new() { IsPersistent = true });
    }

    /// <summary>Ties what a session has open to the session.</summary>
    public static void UseSessions(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        using (context.RequestServices.GetRequiredService<Sessions>().Hold(context))
            await next(context);
    });

    /// <summary>Behind a public address of https the connection to this process says nothing about the browser's.</summary>
    private static CookieSecurePolicy Secure(AccessRules rules) => rules.Proxy.IsHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;

    private static AuthorizationPolicy SignedIn { get; } = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();

    /// <summary>
    /// The token opens the API and nothing else. A cookie opens what is only read there: browsers send it along with
    /// whatever another site makes them send.
    /// </summary>
    private static string SelectScheme(HttpContext context) =>
        RequestKinds.IsApi(context.Request)
        && (context.Request.Headers.ContainsKey("Authorization") || !RequestKinds.IsRead(context.Request))
            ? BearerTokenHandler.Name
            : CookieScheme;

    private static void ConfigureCookie(CookieAuthenticationOptions options, AccessRules rules)
    {
        options.Cookie.Name = "joblineage";
        options.Cookie.HttpOnly = true;
        // Not Strict: a link pasted in chat must open signed in.
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = Secure(rules);
        options.ExpireTimeSpan = TimeSpan.FromHours(12);
        options.SlidingExpiration = true;
        options.LoginPath = SignInEndpoints.LoginPath;
        options.ReturnUrlParameter = SignInEndpoints.ReturnUrl;
        options.Events.OnRedirectToLogin = Challenge;
        options.Events.OnRedirectToAccessDenied = Challenge;
        // The form leads back by itself; this would do it by the query as it is, which a header may not be able to hold.
        options.Events.OnRedirectToReturnUrl = _ => Task.CompletedTask;
        options.Events.OnValidatePrincipal = async context =>
        {
            // The stamp ends all sessions with the password they began with.
            if (rules.Password is null || context.Principal?.FindFirstValue(StampClaim) != rules.Password.Stamp
                || Sessions.Of(context.Principal) is not { } session
                || !await context.HttpContext.RequestServices.GetRequiredService<Sessions>().IsLiveAsync(session, context.HttpContext.RequestAborted))
                context.RejectPrincipal();
        };
    }

    /// <summary>A page leads to the sign-in; to a program a redirect would look like an answer.</summary>
    private static Task Challenge(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (RequestKinds.IsPage(context.Request))
        {
            // Without scheme and host: a proxy in front may speak https, and not say so.
            context.Response.Redirect(new Uri(context.RedirectUri).PathAndQuery);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            if (RequestKinds.IsApi(context.Request))
                context.Response.Headers.WWWAuthenticate = "Bearer realm=\"Job Lineage\"";
        }

        return Task.CompletedTask;
    }
}
