using System.Globalization;
using Npgsql;

namespace JobLineage.Core.Postgres;

/// <summary>What the parameters of other programs mean to Npgsql; the list is in docs/configuration.md.</summary>
internal static class ConnectionParameters
{
    /// <summary>
    /// How another program keeps its own connections, or what is so anyway: nothing of it says where the database is, as whom one signs
    /// in, or how safely.
    /// </summary>
    private static readonly HashSet<string> OthersOwn = new(StringComparer.OrdinalIgnoreCase)
    {
        // Prisma
        "pgbouncer", "connection_limit", "pool_timeout", "socket_timeout", "statement_cache_size", "max_connection_lifetime", "max_idle_connection_lifetime", "single_use_connections",
        // Ecto, ActiveRecord
        "pool", "pool_size", "pool_count", "queue_target", "queue_interval", "prepare", "prepared_statements", "reaping_frequency", "idle_timeout", "checkout_timeout", "timeout_ms", "adapter",
        // SQLAlchemy's drivers
        "async_fallback", "prepared_statement_cache_size", "prepared_statement_name_func",
        // JDBC
        "preparethreshold", "rewritebatchedinserts", "logintimeout", "sockettimeout", "stringtype", "binarytransfer", "defaultrowfetchsize", "tcpnodelay",
        // libpq: how long a dead connection is waited for; we notice by our own means.
        "keepalives_count", "tcp_user_timeout", "sslcompression", "sslsni", "gssdelegation", "fallback_application_name",
        "min_protocol_version", "max_protocol_version",
    };

    /// <summary>What libpq alone calls so.</summary>
    private static readonly HashSet<string> Libpqs = new(StringComparer.Ordinal)
    {
        "dbname", "user", "hostaddr", "connect_timeout", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "application_name", "client_encoding",
        "target_session_attrs", "channel_binding", "passfile", "service", "options", "gssencmode", "sslnegotiation", "require_auth", "load_balance_hosts", "krbsrvname",
        "host", "port", "password", "fallback_application_name", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
    };

    /// <summary>Whether libpq calls a parameter so.</summary>
    public static bool IsLibpq(string name) => Libpqs.Contains(name);

    /// <summary>The parameters in Npgsql's terms; of one that is there twice the last counts.</summary>
    /// <exception cref="ConnectionTextException">One of them is not understood.</exception>
    public static NpgsqlConnectionStringBuilder Apply(IReadOnlyList<ConnectionParameter> parameters)
    {
        var builder = new NpgsqlConnectionStringBuilder();
        var all = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in parameters)
            all[name] = value;
        ConnectionHosts.Apply(builder, all);
        ConnectionSecurity.Apply(builder, all);
        foreach (var (name, value) in all)
        {
            try
            {
                Apply(builder, name, value);
            }
            catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException or NotSupportedException or KeyNotFoundException)
            {
                // What Npgsql says may repeat the value.
                throw builder.ContainsKey(name) || IsOurs(name) ? Unusable(name) : NotKnown(name);
            }
        }

        ConnectionHosts.CheckSession(builder);
        return builder;
    }

    /// <summary>A value that can't be used.</summary>
    internal static ConnectionTextException Unusable(string name, string? which = null) =>
        new($"has the parameter {name} with a value that can't be used{(which is null ? "" : $"; it can be {which}")}");

    /// <summary>A parameter that means nothing here.</summary>
    internal static ConnectionTextException NotUnderstood(string name, string instead) => new($"has the parameter {name}, which is not understood here; {instead}");

    private static ConnectionTextException NotKnown(string name) => NotUnderstood(name, "leave it out, or correct its name");

    private static bool IsOurs(string name) => name.ToLowerInvariant() is
        "connect_timeout" or "connecttimeout" or "require_auth" or "client_encoding" or "keepalives" or "tcpkeepalive" or "keepalives_idle" or "keepalives_interval";

    private static void Apply(NpgsqlConnectionStringBuilder builder, string name, string value)
    {
        switch (name.ToLowerInvariant())
        {
            case "dbname":
                builder.Database = value;
                break;
            case "user":
                builder.Username = value;
                break;
            case "application_name" or "applicationname":
                builder.ApplicationName = value;
                break;
            case "connect_timeout" or "connecttimeout":
                // libpq: zero, nothing and less than zero are for ever, and Npgsql's longest is 1,024.
                builder.Timeout = value.Length == 0 ? 0 : Math.Clamp(Number(value), 0, 1024);
                break;
            case "client_encoding":
                if (value.ToLowerInvariant() is not ("" or "auto"))
                    builder.ClientEncoding = value;
                break;
            case "options":
                builder.Options = value;
                break;
            case "schema" or "currentschema":
                // Prisma's and JDBC's; the table's own schema is a key of its source.
                if (value.Length > 0 && !value.Equals("public", StringComparison.OrdinalIgnoreCase))
                    builder.SearchPath = value;
                break;
            case "keepalives" or "tcpkeepalive":
                builder.TcpKeepAlive = IsOn(name, value);
                break;
            case "keepalives_idle":
                builder.TcpKeepAliveTime = Math.Max(0, Number(value));
                break;
            case "keepalives_interval":
                builder.TcpKeepAliveInterval = Math.Max(0, Number(value));
                break;
            case "krbsrvname":
                builder.KerberosServiceName = value;
                break;
            case "require_auth":
                builder.RequireAuth = value.Replace("scram-sha-256", "ScramSHA256", StringComparison.OrdinalIgnoreCase);
                break;
            case "service" or "servicefile":
                throw NotUnderstood(name, "write the host, the database and the user themselves");
            case "replication":
                throw NotUnderstood(name, "a connection for replication answers no queries; leave it out");
            default:
                if (!OthersOwn.Contains(name))
                    builder[name] = value;
                break;
        }
    }

    internal static bool IsOn(string name, string value) => value.ToLowerInvariant() switch
    {
        "1" or "true" or "on" or "yes" => true,
        "0" or "false" or "off" or "no" => false,
        _ => throw Unusable(name, "true or false"),
    };

    private static int Number(string value) => int.Parse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
