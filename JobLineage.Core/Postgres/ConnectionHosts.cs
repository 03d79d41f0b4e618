using System.Globalization;
using Npgsql;

namespace JobLineage.Core.Postgres;

/// <summary>Where the database is: one host, several, or the folder of a socket; and which of several is wanted.</summary>
internal static class ConnectionHosts
{
    /// <summary>Takes what it knows out of the parameters.</summary>
    public static void Apply(NpgsqlConnectionStringBuilder builder, Dictionary<string, string> all)
    {
        Hosts(builder, all);
        if (all.Remove("load_balance_hosts", out var balance) || all.Remove("loadbalancehosts", out balance))
        {
            builder.LoadBalanceHosts = balance.ToLowerInvariant() switch
            {
                "random" or "true" => true,
                "disable" or "false" or "" => false,
                _ => throw ConnectionParameters.Unusable("load_balance_hosts", "random or disable"),
            };
        }

        if (all.Remove("target_session_attrs", out var target) || all.Remove("targetsessionattributes", out target))
            builder.TargetSessionAttributes = Session("target_session_attrs", target);
        if (all.Remove("targetservertype", out target))
            builder.TargetSessionAttributes = Session("targetServerType", target);
    }

    /// <summary>With one host there is nothing to choose from: what it is shows when it is asked.</summary>
    public static void CheckSession(NpgsqlConnectionStringBuilder builder)
    {
        if (builder.Host?.Contains(',') != true)
            builder.TargetSessionAttributes = null;
    }

    private static void Hosts(NpgsqlConnectionStringBuilder builder, Dictionary<string, string> all)
    {
        all.Remove("host", out var hosts);
        all.Remove("port", out var ports);
        if (all.Remove("hostaddr", out var address) && address.Length > 0)
        {
            if (!string.IsNullOrEmpty(hosts))
                throw ConnectionParameters.NotUnderstood("hostaddr", "beside host it says the same place twice: leave one of them out");
            hosts = address;
        }

        if (all.Remove("socket_dir", out var folder) && folder.Length > 0)
            hosts = folder;
        if (string.IsNullOrEmpty(hosts))
        {
            if (!string.IsNullOrEmpty(ports))
                builder.Port = Port(ports);
            return;
        }

        var places = hosts.Split(',', StringSplitOptions.TrimEntries);
        var numbers = string.IsNullOrEmpty(ports) ? [] : ports.Split(',', StringSplitOptions.TrimEntries);
        if (numbers.Length > 1 && numbers.Length != places.Length)
            throw new ConnectionTextException($"has {places.Length} hosts and {numbers.Length} ports; give one port for all, or one for each");
        if (numbers.Length == 1 && numbers[0].Length > 0)
            builder.Port = Port(numbers[0]);
        builder.Host = numbers.Length < 2
            ? string.Join(',', places)
            : string.Join(',', places.Select((place, at) => numbers[at].Length == 0 ? place : $"{Bracketed(place)}:{Port(numbers[at])}"));
    }

    private static string Bracketed(string place) => place.Contains(':') && !place.StartsWith('[') ? $"[{place}]" : place;

    private static int Port(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65_535
        ? port
        : throw ConnectionParameters.Unusable("port", "a number from 1 to 65535");

    private static string? Session(string name, string value) => value.ToLowerInvariant() switch
    {
        "" or "any" => null,
        "primary" or "master" or "standby" or "prefer-standby" or "prefer-primary" or "read-write" or "read-only" => value.ToLowerInvariant().Replace("master", "primary"),
        "secondary" => "standby",
        "prefersecondary" or "preferslave" => "prefer-standby",
        "preferprimary" => "prefer-primary",
        _ => throw ConnectionParameters.Unusable(name, "any, primary, standby, prefer-standby, read-write or read-only"),
    };
}
