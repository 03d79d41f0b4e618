using System.Net;
using JobLineage.Dashboard.Hosting;

namespace JobLineage.Dashboard.Security;

/// <summary>One address that Kestrel will listen on.</summary>
/// <param name="Url">As configured.</param>
/// <param name="Key">The key it comes from.</param>
/// <param name="Host">The host part; the path of a unix socket.</param>
/// <param name="Reach">From where it can be reached.</param>
public sealed record ListenAddress(string Url, string Key, string Host, AddressReach Reach);

/// <summary>From where an address can be reached.</summary>
public enum AddressReach
{
    /// <summary>From this machine, over TCP: by any web page open in a browser here.</summary>
    Loopback,

    /// <summary>From this machine, through a file: never by a browser.</summary>
    Socket,

    /// <summary>From other machines.</summary>
    Network,
}

/// <summary>
/// The addresses that Kestrel will listen on, by the rules Kestrel itself follows: <c>Kestrel:Endpoints</c>, else
/// <c>urls</c> (<c>--urls</c>, ASPNETCORE_URLS), else HTTP_PORTS and HTTPS_PORTS (container images of ASP.NET set 8080),
/// else <see cref="Default"/>.
/// </summary>
/// <param name="All">The addresses, in the order they are configured.</param>
/// <param name="AreEndpoints">Whether Kestrel reads them from its own section, so that <c>urls</c> does not count.</param>
public sealed record ListenAddresses(IReadOnlyList<ListenAddress> All, bool AreEndpoints)
{
    /// <summary>Where the dashboard listens when nothing is configured.</summary>
    public const string Default = "http://127.0.0.1:5080";

    private const string UrlsKey = "urls";

    /// <summary>Whether no other machine can reach any of them.</summary>
    public bool AreLocal => All.All(a => a.Reach != AddressReach.Network);

    /// <summary>Whether a browser on this machine can reach one of them and no other machine can.</summary>
    public bool AreLoopback => AreLocal && All.Any(a => a.Reach == AddressReach.Loopback);

    /// <summary>The urls, joined as Kestrel reads them.</summary>
    public string Urls => string.Join(';', All.Select(a => a.Url));

    /// <summary>Reads the addresses; one that can't be read goes to <paramref name="errors"/>.</summary>
    public static ListenAddresses Read(IConfiguration configuration, ConfigurationErrors errors)
    {
        var urls = Split(configuration[UrlsKey]).Select(url => (url, UrlsKey)).ToList();
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren()
            .Where(e => !string.IsNullOrEmpty(e["Url"]))
            .Select(e => (e["Url"]!, $"{e.Path}:Url"))
            .ToList();
        // Kestrel prefers its endpoints, or the urls with PreferHostingUrls: both count, so that neither is a way round.
        List<(string, string)> configured = [.. endpoints, .. urls];
        if (configured.Count == 0)
            configured = Ports(configuration);
        if (configured.Count == 0)
            configured = [(Default, UrlsKey)];
        return new([.. configured.Select(c => Parse(c.Item1, c.Item2, errors)).OfType<ListenAddress>()], endpoints.Count > 0);
    }

    private static List<(string, string)> Ports(IConfiguration configuration) =>
    [
        .. Split(configuration["http_ports"]).Select(port => ($"http://*:{port}", "HTTP_PORTS")),
        .. Split(configuration["https_ports"]).Select(port => ($"https://*:{port}", "HTTPS_PORTS")),
    ];

    private static string[] Split(string? list) =>
        list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>Reads one address as Kestrel does; null, and an error, when it can't be one.</summary>
    internal static ListenAddress? Parse(string url, string key, ConfigurationErrors errors)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            errors.Add(key, $"holds '{url}', which is no address like {Default}");
            return null;
        }

        if (address.Scheme is not ("http" or "https") || address.PathBase.Length > 0 || address.Port is < 0 or > 65535)
        {
            errors.Add(key, $"holds '{url}', which is no address like {Default}");
            return null;
        }

        if (address.IsUnixPipe || address.IsNamedPipe)
            return new(url, key, address.Host, AddressReach.Socket);
        // A name other than localhost is no restriction: Kestrel listens on every address then.
        var loopback = address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));
        return new(url, key, address.Host, loopback ? AddressReach.Loopback : AddressReach.Network);
    }
}
