using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace JobLineage.Dashboard.Security;

/// <summary>Lets programs into the API: <c>Authorization: Bearer …</c> with the configured token.</summary>
internal sealed class BearerTokenHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, AccessRules rules)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The scheme's name.</summary>
    public const string Name = "bearer";

    private const string Prefix = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string? header = Request.Headers.Authorization;
        if (header is null || !header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return Task.FromResult(AuthenticateResult.NoResult());
        if (rules.ApiToken is not { } token || !token.Is(header[Prefix.Length..].Trim()))
            return Task.FromResult(AuthenticateResult.Fail("The token is not the configured one."));
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, "api")], Name);
        return Task.FromResult(AuthenticateResult.Success(new(new(identity), Name)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer realm=\"Job Lineage\"";
        return Task.CompletedTask;
    }
}
