using JobLineage.Core.Configuration;

namespace JobLineage.Core.Sources;

/// <summary>A connection string in any of the usual forms, read into Npgsql's terms.</summary>
public sealed class ConnectionStringAttribute : SecretAttribute
{
    /// <summary>Blanks around it mean nothing, and nothing but blanks is none.</summary>
    public ConnectionStringAttribute() => IsTrimmed = true;

    /// <inheritdoc />
    public override object? Read(string text, Type type, Action<string> wrong)
    {
        if (ConnectionText.TryParse(text, out var connection, out var error))
            return connection.ConnectionString;
        wrong(error);
        return null;
    }
}
