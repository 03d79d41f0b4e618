using System.Globalization;
using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace JobLineage.Dashboard.Security;

/// <summary>Lets programs into the API: <c>Authorization: Bearer …</c> with the configured token.</summary>
internal sealed partial class BearerTokenHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, AccessRules rules, TokenAttempts attempts)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The scheme's name.</summary>
    public const string Name = "bearer";

    private const string Prefix = "Bearer ";

    private TimeSpan retryAfter;

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string? header = Request.Headers.Authorization;
        if (header is null || !header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return Task.FromResult(AuthenticateResult.NoResult());
        if (rules.ApiToken is not { } token)
            return Task.FromResult(AuthenticateResult.Fail("No token is configured."));
        var remote = Context.Connection.RemoteIpAddress;
        var outcome = attempts.Try(remote, () => token.Is(header[Prefix.Length..].Trim()));
        if (outcome.Success)
        {
            var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, "api")], Name);
            return Task.FromResult(AuthenticateResult.Success(new(new(identity), Name)));
        }

        retryAfter = outcome.RetryAfter;
        if (retryAfter == TimeSpan.Zero)
            LogWrong(Logger, remote, Request.Path);
        else if (outcome.IsFirst)
            LogTooMany(Logger, remote);
        return Task.FromResult(AuthenticateResult.Fail("The token is not the configured one."));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (retryAfter > TimeSpan.Zero)
        {
            Response.StatusCode = StatusCodes.Status429TooManyRequests;
            Response.Headers.RetryAfter = ((int)Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        }

        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer realm=\"Job Lineage\"";
        return Task.CompletedTask;
    }

    [LoggerMessage(204, LogLevel.Warning, "Wrong API token from {Remote} for {Path}")]
    private static partial void LogWrong(ILogger logger, IPAddress? remote, PathString path);

    [LoggerMessage(205, LogLevel.Warning, "Too many wrong API tokens; attempts from {Remote} are ignored for a minute")]
    private static partial void LogTooMany(ILogger logger, IPAddress? remote);
}
