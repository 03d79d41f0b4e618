namespace JobLineage.Core.Store;

/// <summary>The further parents that stand in a job's row, as SQL.</summary>
internal static class StoredParents
{
    /// <summary>
    /// The array; null where the text has the character of number 0 or half of one, which JSON may have, and for which Postgres lets the whole statement
    /// fail. Whole ones in two halves, and a backslash that stands for itself, are taken out before it is looked for them.
    /// </summary>
    /// <param name="job">What the row is called in the statement.</param>
    public static string Json(string job) =>
        $$"""
        (case when {{job}}.parents not like '%\\u%' then {{job}}.parents::jsonb
            when regexp_replace({{job}}.parents, '\\\\|\\u[dD][89aAbB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}', ' ', 'g') !~ '\\u(0000|[dD][89a-fA-F])' then {{job}}.parents::jsonb end)
        """;
}
