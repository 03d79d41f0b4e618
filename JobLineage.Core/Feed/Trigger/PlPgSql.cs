namespace JobLineage.Core.Feed.Trigger;

/// <summary>Blocks of PL/pgSQL. Pure.</summary>
internal static class PlPgSql
{
    /// <summary>Runs a block once.</summary>
    public static string Do(string body) => $"do {Dollar(body)};";

    /// <summary>Quotes a body; a table's name may hold anything, our own quote too.</summary>
    public static string Dollar(string body)
    {
        var tag = "job_lineage";
        while (body.Contains($"${tag}$", StringComparison.Ordinal))
            tag += "_";
        return $"${tag}$\n{body}\n${tag}$";
    }
}
