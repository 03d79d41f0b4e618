using Npgsql;

namespace JobLineage.Core.Postgres;

/// <summary>How a connection is encrypted, and how sure the two sides are of each other.</summary>
internal static class ConnectionSecurity
{
    private const string Modes = "disable, allow, prefer, require, verify-ca or verify-full";

    /// <summary>Takes what it knows out of the parameters.</summary>
    public static void Apply(NpgsqlConnectionStringBuilder builder, Dictionary<string, string> all)
    {
        SslMode? mode = null;
        if (all.Remove("sslmode", out var text) || all.Remove("ssl mode", out text))
            mode = Mode("sslmode", text);
        // What libpq itself calls weak; an empty one says nothing.
        var isWeak = !string.IsNullOrEmpty(text) && mode is not SslMode.VerifyFull;
        if (all.Remove("ssl", out var ssl))
            mode ??= ssl.ToLowerInvariant() is "" or "1" or "true" or "on" or "0" or "false" or "off"
                ? ssl.ToLowerInvariant() is "0" or "false" or "off" ? SslMode.Disable : SslMode.Require
                : Mode("ssl", ssl);
        if (all.Remove("requiressl", out var required) && required == "1")
            mode ??= SslMode.Require;
        all.Remove("sslcert", out var certificate);
        all.Remove("sslrootcert", out var root);
        if (all.Remove("sslaccept", out var accept))
        {
            // Prisma's, whose sslcert is the authority's: https://www.prisma.io/docs/orm/overview/databases/postgresql#configuring-an-ssl-connection
            (root, certificate) = (string.IsNullOrEmpty(root) ? certificate : root, null);
            if (accept.Equals("strict", StringComparison.OrdinalIgnoreCase) && mode is not SslMode.Disable)
                mode = SslMode.VerifyFull;
        }

        if (!string.IsNullOrEmpty(root))
            mode = Root(builder, root, mode, isWeak, text?.Replace("-", "").Equals("noverify", StringComparison.OrdinalIgnoreCase) == true);
        if (mode is { } chosen)
            builder.SslMode = chosen;
        if (all.Remove("sslidentity", out var identity) | certificate is not null)
            builder.SslCertificate = certificate ?? identity;
        if (all.Remove("sslkey", out var key))
            builder.SslKey = key;
        if (all.Remove("sslpassword", out var password))
            builder.SslPassword = password;
        if (all.Remove("channel_binding", out var binding) || all.Remove("channelbinding", out binding))
        {
            builder.ChannelBinding = binding.ToLowerInvariant() switch
            {
                "disable" => ChannelBinding.Disable,
                "prefer" or "" => ChannelBinding.Prefer,
                "require" => ChannelBinding.Require,
                _ => throw ConnectionParameters.Unusable("channel_binding", "disable, prefer or require"),
            };
        }

        if (all.Remove("sslnegotiation", out var negotiation))
            builder["SSL Negotiation"] = Known("sslnegotiation", negotiation, "postgres", "direct");
        if (all.Remove("gssencmode", out var gss))
            builder["GSS Encryption Mode"] = Known("gssencmode", gss, "disable", "prefer", "require");
        Refuse(all);
    }

    /// <summary>
    /// Who vouches for the server, by https://www.postgresql.org/docs/current/libpq-connect.html and libpq-ssl.html: with a root
    /// certificate <c>require</c> is the same as <c>verify-ca</c>; with <c>system</c> nothing weaker than <c>verify-full</c> is allowed, for
    /// anybody may have a certificate of a public authority.
    /// </summary>
    private static SslMode? Root(NpgsqlConnectionStringBuilder builder, string root, SslMode? mode, bool isWeak, bool isUnverified)
    {
        if (!root.Equals("system", StringComparison.OrdinalIgnoreCase))
        {
            builder.RootCertificate = root;
            // node-postgres' no-verify is meant as it says.
            return mode is SslMode.Require && !isUnverified ? SslMode.VerifyCA : mode;
        }

        // Without a file Npgsql asks those whom the system trusts.
        return isWeak || mode is SslMode.Disable
            ? throw new ConnectionTextException("has sslrootcert=system with an sslmode that does not look at the server's name; set sslmode to verify-full, or leave it out")
            : SslMode.VerifyFull;
    }

    private static void Refuse(Dictionary<string, string> all)
    {
        // .NET offers TLS 1.2 and later by itself.
        if (all.Remove("ssl_min_protocol_version", out var least) && least.ToUpperInvariant() is not ("" or "TLSV1" or "TLSV1.1" or "TLSV1.2"))
            throw ConnectionParameters.NotUnderstood("ssl_min_protocol_version", "TLS 1.2 and later are offered; leave it out");
        foreach (var name in (string[])["sslcrl", "sslcrldir", "ssl_max_protocol_version", "requirepeer", "scram_client_key", "scram_server_key", "sslcertmode", "sslfactory"])
        {
            if (all.TryGetValue(name, out var value) && value.Length > 0)
                throw ConnectionParameters.NotUnderstood(name, "leave it out");
            all.Remove(name);
        }
    }

    private static string Known(string name, string value, params string[] known) =>
        known.FirstOrDefault(k => k.Equals(value, StringComparison.OrdinalIgnoreCase)) ?? throw ConnectionParameters.Unusable(name, string.Join(" or ", known));

    private static SslMode Mode(string name, string value) => value.Replace("-", "").ToLowerInvariant() switch
    {
        "disable" => SslMode.Disable,
        "allow" => SslMode.Allow,
        "" or "prefer" => SslMode.Prefer,
        "require" or "noverify" => SslMode.Require,
        "verifyca" => SslMode.VerifyCA,
        "verifyfull" => SslMode.VerifyFull,
        _ => throw ConnectionParameters.Unusable(name, Modes),
    };
}
