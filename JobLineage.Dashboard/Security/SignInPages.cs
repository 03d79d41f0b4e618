using System.Text.Encodings.Web;
using JobLineage.Dashboard.Hosting;
using Microsoft.AspNetCore.Antiforgery;

namespace JobLineage.Dashboard.Security;

/// <summary>The pages around signing in.</summary>
internal static class SignInPages
{
    /// <summary>The form, with what was wrong with the last try. All pages here begin with <paramref name="path"/>.</summary>
    public static IResult Login(AntiforgeryTokenSet tokens, string path, string? returnUrl, string? message, int status)
    {
        var query = LocalUrl.OrHome(returnUrl, path) is var back && back != path + "/"
            ? $"?{SignInEndpoints.ReturnUrl}={Uri.EscapeDataString(back)}"
            : "";
        var alert = message is null ? "" : $"""<p class="alert" id="alert" role="alert">{Html(message)}</p>""";
        var describedBy = message is null ? "" : " aria-describedby=\"alert\" aria-invalid=\"true\"";
        return PlainPage.Show("Sign in", $"""
            <h1>Job Lineage</h1>
            <form method="post" action="{Html(path + SignInEndpoints.LoginPath + query)}">
              {Token(tokens)}
              <label for="password">Password</label>
              <input id="password" name="password" type="password" autocomplete="current-password" required autofocus{describedBy}>
              {alert}
              <button type="submit">Sign in</button>
            </form>
            """, status);
    }

    /// <summary>Asks whether to sign out.</summary>
    public static IResult Logout(AntiforgeryTokenSet tokens, string path) => PlainPage.Show("Sign out", $"""
        <h1>Sign out?</h1>
        <form method="post" action="{Html(path + SignInEndpoints.LogoutPath)}">
          {Token(tokens)}
          <button type="submit">Sign out</button>
          <a href="{Html(path)}/">Stay</a>
        </form>
        """, StatusCodes.Status200OK);

    /// <summary>A form that is too old, or not ours.</summary>
    public static IResult Expired(string path) => PlainPage.Show("Please try again", $"""
        <h1>Please try again</h1>
        <p>The form had expired.</p>
        <p><a href="{Html(path + SignInEndpoints.LogoutPath)}">Back to the form</a></p>
        """, StatusCodes.Status400BadRequest);

    /// <summary>Pages are closed and nothing is configured that would open them.</summary>
    public static IResult NoPassword() => PlainPage.Show("Sign in", $"""
        <h1>Job Lineage</h1>
        <p>Only the API is open here. To open the pages, set <code>{AccessRules.PasswordKey}</code> and start again.</p>
        """, StatusCodes.Status403Forbidden);

    private static string Token(AntiforgeryTokenSet tokens) =>
        $"""<input type="hidden" name="{Html(tokens.FormFieldName)}" value="{Html(tokens.RequestToken ?? "")}">""";

    private static string Html(string text) => HtmlEncoder.Default.Encode(text);
}
