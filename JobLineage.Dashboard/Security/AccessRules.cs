using JobLineage.Core.Configuration;
using JobLineage.Dashboard.Hosting;

namespace JobLineage.Dashboard.Security;

/// <summary>Who may see what: decided once, from what is configured and from where the addresses can be reached.</summary>
[Section(Section)]
public sealed record AccessRules
{
    /// <summary>The section.</summary>
    public const string Section = "JobLineage:Access";

    /// <summary>The key of the password that opens pages.</summary>
    public const string PasswordKey = $"{Section}:{nameof(Password)}";

    /// <summary>The key of the token that opens the API.</summary>
    public const string ApiTokenKey = $"{Section}:{nameof(ApiToken)}";

    /// <summary>The key of the host names that a proxy in front passes on, separated by ';'.</summary>
    public const string AllowedHostsKey = "AllowedHosts";

    /// <summary>Characters of the shortest password.</summary>
    public const int PasswordLength = 8;

    /// <summary>Characters of the shortest token.</summary>
    public const int ApiTokenLength = 16;

    /// <summary>What opens pages; null: nothing does, or nothing needs to.</summary>
    [Secret(PasswordLength)]
    public Secret? Password { get; private init; }

    /// <summary>What opens the API to programs.</summary>
    [Secret(ApiTokenLength)]
    public Secret? ApiToken { get; private init; }

    /// <summary>Whether pages, circuits and everything else that is not the API ask for a sign-in.</summary>
    public bool PagesAsk { get; private init; }

    /// <summary>Whether the API asks for the token or a signed-in browser.</summary>
    public bool ApiAsks { get; private init; }

    /// <summary>What stands between browsers and the dashboard.</summary>
    public ProxyRules Proxy { get; private init; } = ProxyRules.None;

    /// <summary>The names a request may address the dashboard by; <c>*</c> for any.</summary>
    public IReadOnlyList<string> Hosts { get; private init; } = ["*"];

    /// <summary>Reads the rules; what is wrong goes to <paramref name="errors"/>.</summary>
    public static AccessRules Read(IConfiguration configuration, ListenAddresses addresses, ConfigurationErrors errors)
    {
        var reader = errors.Reader(configuration);
        var (proxy, read) = (reader.Read<ProxyRules>(), reader.Read<AccessRules>());
        var names = (configuration[AllowedHostsKey] ?? "")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(n => n != "*")
            .ToList();
        var exposed = Exposure(addresses, names, proxy);
        if (exposed is not null && read is { Password: null, ApiToken: null })
        {
            errors.AddRange([$"{exposed.Value.Why}, so a sign-in is needed: set {PasswordKey} (pages and API) or {ApiTokenKey} "
                + $"(the API alone), or {exposed.Value.Or}."]);
        }

        return read with
        {
            PagesAsk = read.Password is not null || exposed is not null,
            ApiAsks = read is not { Password: null, ApiToken: null } || exposed is not null,
            Proxy = proxy,
            Hosts = ReadHosts(addresses, names, proxy),
        };
    }

    /// <summary>A clause that says why others can reach the dashboard, and what else could be done; null when they can't.</summary>
    private static (string Why, string Or)? Exposure(ListenAddresses addresses, List<string> names, ProxyRules proxy)
    {
        const string otherwise = $"listen on {ListenAddresses.Default} only";
        if (addresses.All.FirstOrDefault(a => a.Reach == AddressReach.Network) is { } open)
            return ($"'{open.Url}' ({open.Key}) can be reached from other machines", otherwise);
        // A file that a proxy may open, and a group's members with it: no browser comes by it of its own.
        if (addresses.All.FirstOrDefault(a => a.Reach == AddressReach.Socket) is { } socket)
            return ($"'{socket.Url}' ({socket.Key}) is a socket, by which a proxy lets others in", otherwise);
        // On loopback a name of one's own means that a proxy passes requests on, from wherever.
        if (names.Count > 0 && addresses.AreLoopback)
            return ($"{AllowedHostsKey} names '{names[0]}', by which a proxy lets others in", "leave the name out");
        if (proxy.PublicUrl is { IsLoopback: false } url)
            return ($"{ProxyRules.PublicUrlKey} is '{url}', where a proxy lets others in", "leave it out");
        return proxy.TrustsAny ? ($"{ProxyRules.TrustedProxiesKey} names a proxy, which lets others in", "leave it out") : null;
    }

    /// <summary>
    /// On loopback only loopback's own names: a web page whose name was pointed at 127.0.0.1 (DNS rebinding) could
    /// otherwise read everything through the browser of whoever looks at it.
    /// </summary>
    private static IReadOnlyList<string> ReadHosts(ListenAddresses addresses, List<string> names, ProxyRules proxy)
    {
        // A proxy may pass the name on that it is itself called by.
        if (proxy.PublicUrl is { } url && (names.Count > 0 || addresses.AreLoopback))
            names = [.. names, url.Host];
        if (addresses.AreLoopback)
        {
            var bound = addresses.All.Where(a => a.Reach == AddressReach.Loopback).Select(a => a.Host);
            return [.. new[] { "localhost", "*.localhost", "127.0.0.1", "[::1]" }.Concat(bound).Concat(names).Distinct()];
        }

        return names.Count > 0 ? names : ["*"];
    }
}
