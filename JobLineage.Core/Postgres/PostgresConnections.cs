using System.Data.Common;
using Npgsql;

namespace JobLineage.Core.Postgres;

/// <summary>Connections that say whose they are: <c>application_name</c> begins with <c>joblineage</c> unless somebody chose another.</summary>
public static class PostgresConnections
{
    /// <summary>How the names of all our connections begin.</summary>
    public const string Name = "joblineage";

    /// <summary>The driver's name for the number of connections at most.</summary>
    internal const string MaximumPoolSize = "Maximum Pool Size";

    private const int MostOfVerb = 2;

    /// <summary>Adds the name.</summary>
    /// <param name="settings">A connection string; one that names an application keeps that name.</param>
    /// <param name="part">Which part of the program it is, such as <c>store</c> or a verb; null for none.</param>
    public static NpgsqlConnectionStringBuilder Named(string settings, string? part = null) => Named(new NpgsqlConnectionStringBuilder(settings), part);

    /// <inheritdoc cref="Named(string,string?)"/>
    public static NpgsqlConnectionStringBuilder Named(NpgsqlConnectionStringBuilder settings, string? part = null)
    {
        if (string.IsNullOrWhiteSpace(settings.ApplicationName))
            settings.ApplicationName = part is null ? Name : $"{Name} {part}";
        return settings;
    }

    /// <summary>Connections for a verb, which ends soon: two at most, unless the connection string says how many.</summary>
    /// <param name="settings">A connection string.</param>
    /// <param name="verb">The verb.</param>
    public static NpgsqlDataSource ForVerb(string settings, string verb)
    {
        var named = Named(settings, verb);
        if (!Says(named, MaximumPoolSize))
            named.MaxPoolSize = Math.Max(MostOfVerb, named.MinPoolSize);
        return NpgsqlDataSource.Create(named);
    }

    /// <summary>Whether a connection string says something itself, be it what would hold anyway.</summary>
    /// <param name="settings">The connection string.</param>
    /// <param name="key">The driver's name of the setting.</param>
    internal static bool Says(NpgsqlConnectionStringBuilder settings, string key) => Given(settings).ContainsKey(key);

    /// <summary>What a connection string says. The driver's own builder claims to contain every key that it knows.</summary>
    internal static DbConnectionStringBuilder Given(NpgsqlConnectionStringBuilder settings) => new() { ConnectionString = settings.ConnectionString };
}
