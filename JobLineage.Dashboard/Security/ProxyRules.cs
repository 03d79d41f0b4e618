using System.Net;
using System.Net.Sockets;
using JobLineage.Core.Sources;
using JobLineage.Dashboard.Hosting;

namespace JobLineage.Dashboard.Security;

/// <summary>What stands between browsers and the dashboard: where the dashboard is to them, and whose word about them counts.</summary>
[ReadsConfiguration(PublicUrlKey, TrustedProxiesKey, TrustedProxiesKey + ReadsConfigurationAttribute.All)]
public sealed record ProxyRules
{
    /// <summary>The key of the address that browsers open.</summary>
    public const string PublicUrlKey = "JobLineage:Access:PublicUrl";

    /// <summary>The key of the networks whose forwarding headers count.</summary>
    public const string TrustedProxiesKey = "JobLineage:Access:TrustedProxies";

    private const string Sockets = "unix";

    /// <summary>No proxy is configured.</summary>
    public static ProxyRules None { get; } = new();

    /// <summary>The address that browsers open; null: that at which the dashboard listens.</summary>
    public Uri? PublicUrl { get; private init; }

    /// <summary>Networks whose <c>X-Forwarded-*</c> counts.</summary>
    public IReadOnlyList<IPNetwork> Networks { get; private init; } = [];

    /// <summary>Whether the word of whoever comes by a Unix socket counts.</summary>
    public bool TrustsSockets { get; private init; }

    /// <summary>Whether anybody's forwarding headers count.</summary>
    public bool TrustsAny => TrustsSockets || Networks.Count > 0;

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

    /// <summary>Reads the settings; what is wrong goes to <paramref name="errors"/>.</summary>
    public static ProxyRules Read(IConfiguration configuration, ConfigurationErrors errors)
    {
        var trusted = configuration.GetSection(TrustedProxiesKey);
        var names = trusted.Value is { } list
            ? list.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : [.. trusted.GetChildren().Select(child => child.Value?.Trim() ?? "").Where(name => name.Length > 0)];
        return new()
        {
            PublicUrl = ReadUrl(configuration[PublicUrlKey], errors),
            TrustsSockets = names.Contains(Sockets, StringComparer.OrdinalIgnoreCase),
            Networks = [.. names.Where(name => !name.Equals(Sockets, StringComparison.OrdinalIgnoreCase)).Select(name => Network(name, errors)).OfType<IPNetwork>()],
        };
    }

    private static Uri? ReadUrl(string? text, ConfigurationErrors errors)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        if (!Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0
            || url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            errors.Add(PublicUrlKey, $"is '{text}', which is not the address of a site; write it as https://lineage.example.com or https://example.com/lineage");
            return null;
        }

        var path = url.AbsolutePath.Trim('/');
        if (path.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_' or '~' or '/')) || path.Contains("//", StringComparison.Ordinal))
            errors.Add(PublicUrlKey, $"has the path '/{path}'; it can hold letters, digits, '-', '.', '_' and '~' between its slashes");
        // A proxy that takes the path off cannot be told from one that keeps it where a page of ours has the same name.
        else if (OwnPaths.Has(path))
            errors.Add(PublicUrlKey, $"has the path '/{path}', and '/{path.Split('/')[0]}' is the dashboard's own; choose another, as in /lineage");
        return url;
    }

    private static IPNetwork? Network(string name, ConfigurationErrors errors)
    {
        if (IPAddress.TryParse(name, out var address))
            return new(address, address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32);
        if (!IPNetwork.TryParse(name, out var network))
        {
            errors.Add(TrustedProxiesKey, $"holds '{name}', which is no network; write it as 10.0.0.0/8, one address as 10.0.0.7, or unix for whoever comes by a Unix socket");
            return null;
        }

        if (network.PrefixLength > 0)
            return network;
        errors.Add(TrustedProxiesKey, $"holds '{name}', which is everybody: anyone could then name any address as theirs; give the proxies' own networks");
        return null;
    }
}
