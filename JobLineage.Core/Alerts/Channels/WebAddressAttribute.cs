using JobLineage.Core.Configuration;

namespace JobLineage.Core.Alerts.Channels;

/// <summary>
/// An address that messages are posted to. Keys, signatures and errors go over no network in clear. Paths and queries of webhooks hold tokens: no
/// sentence shows more than where it leads.
/// </summary>
internal sealed class WebAddressAttribute : SecretAttribute
{
    public WebAddressAttribute() => IsTrimmed = true;

    /// <summary>Where the address is to be found, for whoever gave something else.</summary>
    public string? Hint { get; init; }

    /// <inheritdoc />
    public override object? Read(string text, Type type, Action<string> wrong)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
            wrong($"is {(url is { Host.Length: > 0 } ? $"'{url.Scheme}://{url.Host}'" : "something else")}, which is not an https address without a user name{(Hint is null ? "" : $"; {Hint}")}");
        else if (url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback)
            wrong($"is an http address of another machine ({url.Host}), and messages and keys would go there in clear; give an https address");
        else
            return type == typeof(Uri) ? url : base.Read(text, type, wrong);
        return null;
    }
}
