using JobLineage.Core.Engines.Sql;

namespace JobLineage.Core.Sources;

/// <summary>Which members of a row can be left out without losing the job. Pure.</summary>
internal static class OneRow
{
    /// <summary>Members without which the job is still the job: what it was given, what it said, and when things happened to it.</summary>
    private static readonly HashSet<string> Spared =
    [
        nameof(SourceMapping.Args), nameof(SourceMapping.Meta), nameof(SourceMapping.Errors), nameof(SourceMapping.LastError), nameof(SourceMapping.ExpectedChildren),
        nameof(SourceMapping.InsertedAt), nameof(SourceMapping.ScheduledAt), nameof(SourceMapping.AttemptedAt), nameof(SourceMapping.FinishedAt),
    ];

    /// <summary>Whether a job is kept although these members of its row can't be read.</summary>
    public static bool IsKept(IEnumerable<string> members) => members.All(Spared.Contains);

    /// <summary>
    /// The members of a row that can't be read, each with its error, by halves; none when every one can be read by itself and only all of them
    /// together can't.
    /// </summary>
    /// <param name="read">Reads the row without some members; returns the error, or null when it worked.</param>
    public static async Task<Dictionary<string, Exception>> FindAsync(Func<IReadOnlyCollection<string>, Task<Exception?>> read)
    {
        var found = new Dictionary<string, Exception>(StringComparer.Ordinal);
        var all = ReadSql.Read;
        var left = new Stack<IReadOnlyList<string>>([all]);
        while (left.TryPop(out var part))
        {
            if (await read([.. all.Except(part)]) is not { } error)
                continue;
            if (part.Count == 1)
            {
                found[part[0]] = error;
                continue;
            }

            left.Push([.. part.Skip(part.Count / 2)]);
            left.Push([.. part.Take(part.Count / 2)]);
        }

        return found;
    }
}
