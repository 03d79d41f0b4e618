using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace JobLineage.Core.Postgres;

/// <summary>
/// Connection strings as people have them, for sources and the store alike: Npgsql's <c>Host=…;Database=…</c>, libpq's
/// <c>host=… dbname=…</c>, and the URLs of libpq, Ecto, SQLAlchemy, Prisma, Neon and JDBC. Pure. A sentence about an error
/// names a parameter, never a value: the text may hold a password.
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
            builder = ConnectionParameters.Apply(Read(text.Trim()));
            return true;
        }
        catch (ConnectionTextException e)
        {
            error = e.Message;
            return false;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException or NotSupportedException)
        {
            // Parameters that do not go together, to Npgsql's mind; what it says of them may repeat a value.
            error = "has a value that can't be used";
            return false;
        }
    }

    private static IReadOnlyList<ConnectionParameter> Read(string text) =>
        ConnectionUrl.IsUrl(text) ? ConnectionUrl.Read(text)
        : ConnectionPairs.IsLibpq(text) ? ConnectionPairs.ReadLibpq(text)
        : ConnectionPairs.ReadNpgsql(text);
}

/// <summary>One parameter of a connection string, its value decoded.</summary>
/// <param name="Name">As it was written.</param>
/// <param name="Value">Its value, which no message ever holds.</param>
internal readonly record struct ConnectionParameter(string Name, string Value);

/// <summary>A connection string can't be used.</summary>
/// <param name="message">The end of a sentence that begins with its key.</param>
internal sealed class ConnectionTextException(string message) : Exception(message);
