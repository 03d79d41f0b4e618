namespace JobLineage.Core.Postgres;

/// <summary>
/// Takes URLs apart. Not by <see cref="Uri"/>: they may name several hosts or the folder of a socket
/// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS), and passwords are often not encoded.
/// </summary>
internal static class ConnectionUrl
{
    private const string Form = "is not a URL of the form postgres://user@host:port/database";
    private const string Mark = "://";

    /// <summary>Whether it is meant as a URL: a scheme stands in front, whatever scheme it is.</summary>
    public static bool IsUrl(string text) =>
        text.IndexOf(Mark, StringComparison.Ordinal) is var at and > 0 && text.AsSpan(0, at).IndexOfAny("=;' \t\"") < 0;

    public static IReadOnlyList<ConnectionParameter> Read(string text)
    {
        var at = text.IndexOf(Mark, StringComparison.Ordinal);
        CheckScheme(text[..at]);
        var rest = text[(at + Mark.Length)..];
        var end = rest.AsSpan().IndexOfAny('/', '?', '#') is var found and >= 0 ? found : rest.Length;
        var (authority, tail) = (rest[..end], rest[end..]);
        // The last '@' ends the password: libpq takes the first, and a password that was not encoded then names a host.
        var parameters = new List<ConnectionParameter>();
        var user = authority.LastIndexOf('@');
        if (user < 0 && authority.Contains(':') && tail.Contains('@') && !IsHosts(authority))
            throw new ConnectionTextException("has a '/', '?' or '#' in its user name or password; write them as %2F, %3F and %23");
        if (user >= 0)
            AddUser(parameters, authority[..user]);
        AddHosts(parameters, authority[(user + 1)..]);
        var query = tail.IndexOf('?');
        var path = query < 0 ? tail : tail[..query];
        if (path.Contains('#'))
            throw new ConnectionTextException($"{Form}: it has a '#', which is written as %23");
        if (path.Length > 1)
            parameters.Add(new("dbname", Decode(path[1..])));
        if (query >= 0)
            AddQuery(parameters, tail[(query + 1)..]);
        return parameters;
    }

    /// <summary>
    /// postgres, postgresql, ecto; a driver may follow, as SQLAlchemy has it (postgresql+psycopg2), and jdbc: may go before.
    /// </summary>
    private static void CheckScheme(string scheme)
    {
        var name = scheme.StartsWith("jdbc:", StringComparison.OrdinalIgnoreCase) ? scheme[5..] : scheme;
        var plus = name.IndexOf('+');
        if (name.Equals("prisma+postgres", StringComparison.OrdinalIgnoreCase) || name.Equals("prisma", StringComparison.OrdinalIgnoreCase))
            throw new ConnectionTextException("leads to Prisma's own service, which is no Postgres server; give the database's own URL, Prisma's directUrl");
        if (plus >= 0)
            name = name[..plus];
        if (name.ToLowerInvariant() is not ("postgres" or "postgresql" or "ecto" or "pgsql" or "postgis" or "psql"))
        {
            throw new ConnectionTextException(IsName(scheme)
                ? $"has the scheme '{scheme}', which is not one of Postgres; write it as postgres://user@host:port/database"
                : Form);
        }
    }

    private static void AddUser(List<ConnectionParameter> parameters, string info)
    {
        var colon = info.IndexOf(':');
        var name = Decode(colon < 0 ? info : info[..colon]);
        if (name.Length > 0)
            parameters.Add(new("user", name));
        if (colon >= 0)
            parameters.Add(new("password", Decode(info[(colon + 1)..])));
    }

    private static void AddHosts(List<ConnectionParameter> parameters, string authority)
    {
        if (authority.Length == 0)
            return;
        if (!IsHosts(authority))
            throw new ConnectionTextException($"{Form}: its port is not a number, or its password has a character that must be encoded");
        var (hosts, ports) = (new List<string>(), new List<string>());
        foreach (var place in authority.Split(','))
        {
            var colon = PortAt(place);
            hosts.Add(Decode(colon < 0 ? place : place[..colon]).Trim('[', ']'));
            ports.Add(colon < 0 ? "" : place[(colon + 1)..]);
        }

        // What a URL leaves out comes from PGHOST and its like.
        if (hosts.Any(h => h.Length > 0))
            parameters.Add(new("host", string.Join(',', hosts)));
        if (ports.Any(p => p.Length > 0))
            parameters.Add(new("port", string.Join(',', ports)));
    }

    private static void AddQuery(List<ConnectionParameter> parameters, string query)
    {
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=');
            var name = equals < 0 ? "" : Decode(pair[..equals]);
            if (!IsName(name))
                throw new ConnectionTextException("has something behind its '?' that is no parameter such as sslmode=require");
            parameters.Add(new(name, Decode(pair[(equals + 1)..])));
        }
    }

    /// <summary>Whether nothing but hosts and ports stands there.</summary>
    private static bool IsHosts(string authority) => authority.Split(',').All(place =>
        PortAt(place) is var colon && (colon < 0 || place.AsSpan(colon + 1).IndexOfAnyExceptInRange('0', '9') < 0) && (colon >= 0 || !place.Contains(':') || place.StartsWith('[')));

    /// <summary>Where the colon before a port is; -1 without one. An address of IPv6 stands in brackets.</summary>
    private static int PortAt(string place) => place.IndexOf(':', Math.Max(0, place.LastIndexOf(']')));

    /// <summary>Whether a text can be the name of a parameter or a scheme: only then is it ever shown.</summary>
    internal static bool IsName(string text) =>
        text.Length is > 0 and <= 40 && char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '+' or ' ' or ':');

    private static string Decode(string text) => Uri.UnescapeDataString(text);
}
