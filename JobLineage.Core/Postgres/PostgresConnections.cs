using Npgsql;

namespace JobLineage.Core.Postgres;

/// <summary>Connections that say whose they are: <c>application_name</c> begins with <c>joblineage</c> unless somebody chose another.</summary>
public static class PostgresConnections
{
    /// <summary>How the names of all our connections begin.</summary>
    public const string Name = "joblineage";

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

    /// <summary>Connections for a verb, which ends soon: two at most, and nothing is kept.</summary>
    /// <param name="settings">A connection string.</param>
    /// <param name="verb">The verb.</param>
    public static NpgsqlDataSource ForVerb(string settings, string verb) => NpgsqlDataSource.Create(Named(settings, verb));
}
