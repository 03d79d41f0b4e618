using System.Globalization;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;

namespace JobLineage.Dashboard.Security;

/// <summary><c>/login</c> and <c>/logout</c>: plain forms that work without a script.</summary>
internal static partial class SignInEndpoints
{
    /// <summary>The sign-in's path.</summary>
    public const string LoginPath = "/login";

    /// <summary>The sign-out's path: GET asks, POST does.</summary>
    public const string LogoutPath = "/logout";

    /// <summary>The query parameter that says where to go afterwards.</summary>
    public const string ReturnUrl = "returnUrl";

    /// <summary>Adds the endpoints.</summary>
    public static void MapSignIn(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("").AllowAnonymous().ExcludeFromDescription()
            .WithMetadata(new RequestSizeLimitAttribute(16 * 1024));
        group.MapGet(LoginPath, ShowLogin);
        group.MapPost(LoginPath, LogInAsync);
        group.MapGet(LogoutPath, ShowLogout);
        group.MapPost(LogoutPath, LogOutAsync);
    }

    private static IResult ShowLogin(HttpContext context, AccessRules rules, IAntiforgery antiforgery, string? returnUrl) =>
        !rules.PagesAsk || IsSignedIn(context) ? Results.LocalRedirect(LocalUrl.OrHome(returnUrl, Base(context)))
        : rules.Password is null ? SignInPages.NoPassword()
        : SignInPages.Login(antiforgery.GetAndStoreTokens(context), Base(context), returnUrl, null, StatusCodes.Status200OK);

    private static async Task<IResult> LogInAsync(
        HttpContext context, AccessRules rules, IAntiforgery antiforgery, SignInAttempts attempts, Sessions sessions,
        ILoggerFactory logging, string? returnUrl)
    {
        if (rules.Password is not { } password)
            return rules.PagesAsk ? SignInPages.NoPassword() : Results.LocalRedirect(Base(context) + "/");
        if (!await antiforgery.IsRequestValidAsync(context))
            return Again("The form had expired. Please try again.", StatusCodes.Status400BadRequest);

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var logger = logging.CreateLogger(typeof(SignInEndpoints).FullName!);
        var remote = context.Connection.RemoteIpAddress;
        var outcome = attempts.Try(remote, () => password.Is(form["password"]));
        if (outcome.Success)
        {
            await AccessServices.SignInAsync(context, password, sessions);
            LogSignedIn(logger, remote);
            return Results.LocalRedirect(LocalUrl.OrHome(returnUrl, Base(context)));
        }

        if (outcome.RetryAfter > TimeSpan.Zero)
        {
            if (outcome.IsFirst)
                LogTooMany(logger, remote);
            var seconds = (int)Math.Ceiling(outcome.RetryAfter.TotalSeconds);
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            return Again($"Too many wrong passwords. Try again in {seconds} seconds.", StatusCodes.Status429TooManyRequests);
        }

        LogWrong(logger, remote);
        return Again("That is not the password.", StatusCodes.Status401Unauthorized);

        IResult Again(string message, int status) =>
            SignInPages.Login(antiforgery.GetAndStoreTokens(context), Base(context), returnUrl, message, status);
    }

    private static IResult ShowLogout(HttpContext context, IAntiforgery antiforgery) =>
        IsSignedIn(context) ? SignInPages.Logout(antiforgery.GetAndStoreTokens(context), Base(context)) : Results.LocalRedirect(Base(context) + "/");

    private static async Task<IResult> LogOutAsync(
        HttpContext context, IAntiforgery antiforgery, Sessions sessions, ILoggerFactory logging, CancellationToken cancellation)
    {
        if (!await antiforgery.IsRequestValidAsync(context))
            return SignInPages.Expired(Base(context));
        // The store first: a sign-out that did not happen must not look like one.
        if (Sessions.Of(context.User) is { } session)
        {
            await sessions.EndAsync(session, context, cancellation);
            LogSignedOut(logging.CreateLogger(typeof(SignInEndpoints).FullName!), context.Connection.RemoteIpAddress);
        }

        await context.SignOutAsync(AccessServices.CookieScheme);
        return Results.LocalRedirect(Base(context) + LoginPath);
    }

    private static string Base(HttpContext context) => context.Request.PathBase.ToUriComponent();

    private static bool IsSignedIn(HttpContext context) => context.User.Identity is { IsAuthenticated: true };

    [LoggerMessage(201, LogLevel.Information, "Signed in from {Remote}")]
    private static partial void LogSignedIn(ILogger logger, System.Net.IPAddress? remote);

    [LoggerMessage(202, LogLevel.Warning, "Wrong password from {Remote}")]
    private static partial void LogWrong(ILogger logger, System.Net.IPAddress? remote);

    [LoggerMessage(203, LogLevel.Warning, "Too many wrong passwords; attempts from {Remote} are ignored for a minute")]
    private static partial void LogTooMany(ILogger logger, System.Net.IPAddress? remote);

    [LoggerMessage(206, LogLevel.Information, "Signed out from {Remote}")]
    private static partial void LogSignedOut(ILogger logger, System.Net.IPAddress? remote);
}
