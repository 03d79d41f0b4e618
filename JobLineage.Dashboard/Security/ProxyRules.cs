using System.Net;
using System.Net.Sockets;
using JobLineage.Core.Configuration;

namespace JobLineage.Dashboard.Security;

/// <summary>What stands between browsers and the dashboard: where the dashboard is to them, and whose word about them counts.</summary>
[Section(AccessRules.Section)]
public sealed record ProxyRules
{
    /// <summary>The key of the address that browsers open.</summary>
    public const string PublicUrlKey = $"{AccessRules.Section}:{nameof(PublicUrl)}";

    /// <summary>The key of the networks whose forwarding headers count.</summary>
    public const string TrustedProxiesKey = $"{AccessRules.Section}:{nameof(TrustedProxies)}";

    /// <summary>No proxy is configured.</summary>
    public static ProxyRules None { get; } = new();

    /// <summary>The address that browsers open; null: that at which the dashboard listens.</summary>
    [Setting(By = nameof(ReadUrl))]
    public Uri? PublicUrl { get; private init; }

    /// <summary>Networks whose <c>X-Forwarded-*</c> counts; null for whoever comes by a Unix socket.</summary>
    [Setting(Separators = ",; ", By = nameof(ReadProxy))]
    public IReadOnlyList<IPNetwork?> TrustedProxies { get; private init; } = [];

    /// <summary>The networks among them.</summary>
    public IReadOnlyList<IPNetwork> Networks => [.. TrustedProxies.OfType<IPNetwork>()];

    /// <summary>Whether the word of whoever comes by a Unix socket counts.</summary>
    public bool TrustsSockets => TrustedProxies.Contains(null);

    /// <summary>Whether anybody's forwarding headers count.</summary>
    public bool TrustsAny => TrustedProxies.Count > 0;

    /// <summary>The path that all addresses begin with, as <c>/lineage</c>; empty without one.</summary>
    public string BasePath => PublicUrl?.AbsolutePath.TrimEnd('/') ?? "";

    /// <summary>Whether browsers come over TLS and nothing else.</summary>
    public bool IsHttps => PublicUrl?.Scheme == Uri.UriSchemeHttps;

    /// <summary>Whether a request's forwarding headers count, by the connection it came over.</summary>
    /// <param name="remote">The other end; null for a socket.</param>
    public bool Trusts(IPAddress? remote)
    {
        if (remote is null)
            return TrustsSockets;
        var plain = remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote;
        return Networks.Any(network => network.Contains(plain));
    }

    /// <summary>Reads the address of a site that links begin with.</summary>
    internal static Uri? ReadSite(string text, string otherwise, Action<string> wrong)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0
            && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0)
            return url;
        wrong(otherwise);
        return null;
    }

    private static object? ReadUrl(string text, Action<string> wrong)
    {
        if (ReadSite(text, ", which is not the address of a site; write it as https://lineage.example.com or https://example.com/lineage", wrong) is not { } url)
            return null;
        var path = url.AbsolutePath.Trim('/');
        if (path.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_' or '~' or '/')) || path.Contains("//", StringComparison.Ordinal))
            wrong($" with the path '/{path}'; it can hold letters, digits, '-', '.', '_' and '~' between its slashes");
        // A proxy that takes the path off cannot be told from one that keeps it where a page of ours has the same name.
        else if (OwnPaths.Has(path))
            wrong($" with the path '/{path}', and '/{path.Split('/')[0]}' is the dashboard's own; choose another, as in /lineage");
        return url;
    }

    private static object? ReadProxy(string text, Action<string> wrong)
    {
        if (text.Equals("unix", StringComparison.OrdinalIgnoreCase))
            return SettingAttribute.Nothing;
        if (IPAddress.TryParse(text, out var address))
            return new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32);
        var isNetwork = IPNetwork.TryParse(text, out var network);
        if (isNetwork && network.PrefixLength > 0)
            return network;
        wrong(isNetwork
            ? ", which is everybody: anyone could then name any address as theirs; give the proxies' own networks"
            : ", which is no network; write it as 10.0.0.0/8, one address as 10.0.0.7, or unix for whoever comes by a Unix socket");
        return null;
    }
}
