using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace JobLineage.Core.Sources;

/// <summary>
/// Connection strings as people have them: Npgsql's <c>Host=…;Database=…</c> or a <c>postgres://</c> URL. Pure; messages
/// never hold the text itself, which may hold a password.
/// </summary>
public static class ConnectionText
{
    /// <summary>Reads a connection string.</summary>
    /// <param name="text">What was given.</param>
    /// <param name="builder">The connection string in Npgsql's terms.</param>
    /// <param name="error">What is wrong with it, as the end of a sentence.</param>
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out NpgsqlConnectionStringBuilder? builder, [NotNullWhen(false)] out string? error)
    {
        (builder, error) = (null, null);
        if (string.IsNullOrWhiteSpace(text))
        {
            error = "is empty";
            return false;
        }

        try
        {
            builder = IsUrl(text) ? FromUrl(text.Trim()) : new(text);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            error = IsUrl(text)
                ? "is not a URL of the form postgres://user:password@host:port/database"
                : $"is not a connection string ({e.Message.Split('\n', 2)[0].Trim()})";
            return false;
        }
    }

    private static bool IsUrl(string text) =>
        text.TrimStart().StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
        || text.TrimStart().StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    private static NpgsqlConnectionStringBuilder FromUrl(string text)
    {
        var uri = new Uri(text, UriKind.Absolute);
        var builder = new NpgsqlConnectionStringBuilder();
        // What a URL leaves out comes from PGHOST and its like.
        if (uri.Host.Length > 0)
            builder.Host = Uri.UnescapeDataString(uri.Host).Trim('[', ']');
        if (uri.Port > 0)
            builder.Port = uri.Port;
        if (uri.AbsolutePath.Length > 1)
            builder.Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]);
        if (uri.UserInfo.Length > 0)
        {
            var parts = uri.UserInfo.Split(':', 2);
            builder.Username = Uri.UnescapeDataString(parts[0]);
            if (parts.Length > 1)
                builder.Password = Uri.UnescapeDataString(parts[1]);
        }

        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            Set(builder, Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts.Length > 1 ? parts[1] : ""));
        }

        return builder;
    }

    /// <summary>libpq's names for what Npgsql calls otherwise.</summary>
    private static void Set(NpgsqlConnectionStringBuilder builder, string name, string value)
    {
        switch (name.ToLowerInvariant())
        {
            case "sslmode":
                builder["SSL Mode"] = value.Replace("-", "");
                break;
            case "sslrootcert":
                builder.RootCertificate = value;
                break;
            case "sslcert":
                builder.SslCertificate = value;
                break;
            case "sslkey":
                builder.SslKey = value;
                break;
            case "connect_timeout":
                builder["Timeout"] = value;
                break;
            case "application_name":
                builder.ApplicationName = value;
                break;
            case "host":
                builder.Host = value;
                break;
            case "port":
                builder["Port"] = value;
                break;
            case "user":
                builder.Username = value;
                break;
            case "dbname":
                builder.Database = value;
                break;
            case "pool_size" or "pool" or "pgbouncer" or "ssl":
                // Elixir's and other drivers' own; not about where the database is.
                break;
            default:
                builder[name] = value;
                break;
        }
    }
}
