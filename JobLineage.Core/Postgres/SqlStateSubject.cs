namespace JobLineage.Core.Postgres;

/// <summary>What an error of a database is told about: the words that go into its sentence.</summary>
/// <param name="Database">What the database is to a reader, such as <c>the database of source 'oban'</c>; in the middle of a sentence.</param>
/// <param name="Setting">The key of the connection string, such as <c>JobLineage:Sources:oban:ConnectionString</c>.</param>
public sealed record SqlStateSubject(string Database, string Setting)
{
    /// <summary>Whose database it is, such as <c>source 'oban'</c>; in the middle of a sentence.</summary>
    public string What { get; init; } = Database;

    /// <summary>The role that connects; null when it is not known.</summary>
    public string? User { get; init; }

    /// <summary>The setting whose expression was being evaluated, such as <c>ParentId</c>; null for none.</summary>
    public string? Member { get; init; }

    /// <summary>The words for a source.</summary>
    /// <param name="name">The source's name.</param>
    public static SqlStateSubject Source(string name) => new($"the database of source '{name}'", $"JobLineage:Sources:{name}:ConnectionString") { What = $"source '{name}'" };

    /// <summary>The words for a database that somebody names on the command line.</summary>
    /// <param name="option">The option that names it.</param>
    public static SqlStateSubject Named(string option) => new($"the database of {option}", option);

    /// <summary>The words for the store.</summary>
    public static SqlStateSubject Store { get; } = new("the store's database", "ConnectionStrings:Store");

    /// <summary>At the beginning of a sentence.</summary>
    internal string Beginning => char.ToUpperInvariant(Database[0]) + Database[1..];

    /// <summary>In a command that somebody copies.</summary>
    internal string Role => User is null ? "ROLE" : $"\"{User.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Where to look for what is wrong with an expression.</summary>
    internal string Expression => Member is null ? "check the mapping of the source" : $"check its {Member}";
}
