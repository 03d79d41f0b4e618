namespace JobLineage.Core.Model;

/// <summary>What may be typed at a place of a filter.</summary>
/// <param name="From">Where it begins in the text, from 0.</param>
/// <param name="To">Where what it replaces ends.</param>
/// <param name="Insert">What stands there then.</param>
/// <param name="Label">What it is called.</param>
/// <param name="Hint">What it means; null where the name says it.</param>
public sealed record JobFilterOption(int From, int To, string Insert, string Label, string? Hint = null);

/// <summary>Completes a filter at the place where somebody types. Pure.</summary>
public static class JobFilterCompletion
{
    /// <summary>Options that are offered at once.</summary>
    public const int Most = 12;

    private static readonly string[] Spans = ["5m", "1h", "24h", "7d"];

    /// <summary>The options at a place; none where a text or a value of one's own is typed.</summary>
    /// <param name="text">The text.</param>
    /// <param name="caret">The place, from 0.</param>
    /// <param name="names">The names that the run has, or the runs have.</param>
    /// <param name="scope">Which words there are.</param>
    public static IReadOnlyList<JobFilterOption> At(string text, int caret, JobFilterNames names, JobFilterScope scope = JobFilterScope.Run)
    {
        caret = Math.Clamp(caret, 0, text.Length);
        var (start, colon, item) = Place(text, caret);
        var end = caret;
        var parts = colon is { } of && IsList(text[start..of]);
        while (end < text.Length && !char.IsWhiteSpace(text[end]) && text[end] != ':' && !(parts && text[end] == ','))
            end++;
        IEnumerable<JobFilterOption> options = colon is { } at
            ? Values(text[start..at], text[item..caret], names).Select(o => new JobFilterOption(item, end, o.Insert, o.Label))
            : Words(text[start..caret], names, scope).Select(o => new JobFilterOption(start, text[end..].StartsWith(':') ? end + 1 : end, o.Insert, o.Label, o.Hint));
        // What stands there already need not be offered.
        return [.. options.Where(o => text[o.From..caret] != o.Insert.TrimEnd()).Take(Most)];
    }

    /// <summary>Where the word begins, its colon when the place is behind it, and where the item of its value begins.</summary>
    private static (int Start, int? Colon, int Item) Place(string text, int caret)
    {
        var (start, item, quoted) = (0, 0, false);
        int? colon = null;
        for (var i = 0; i < caret; i++)
        {
            if (text[i] == '\\' && quoted)
                i++;
            else if (text[i] == '"')
                quoted = !quoted;
            else if (quoted)
                continue;
            else if (char.IsWhiteSpace(text[i]))
                (start, item, colon) = (i + 1, i + 1, null);
            else if (text[i] == ':' && colon is null)
                (colon, item) = (i, i + 1);
            else if (text[i] == ',' && colon is { } behind && IsList(text[start..behind]))
                item = i + 1;
        }

        return (Math.Min(start, caret), colon, Math.Min(item, caret));
    }

    /// <summary>Whether a word takes several values: in any other's a comma is a letter like any.</summary>
    private static bool IsList(string key) => key.ToLowerInvariant() is "state" or "id";

    private static IEnumerable<(string Insert, string Label, string? Hint)> Words(string begun, JobFilterNames names, JobFilterScope scope)
    {
        if (begun.StartsWith('"'))
            return [];
        var words = JobFilterWords.Of(scope).Where(word => word.Key.StartsWith(begun, StringComparison.OrdinalIgnoreCase))
            .Select(word => word.Key == JobFilterWords.Args ? (JobFilterWords.Args + ".", "args.KEY:", (string?)word.Means) : (word.Key + ":", word.Key + ":", word.Means));
        // A key is found by its own name too: nobody thinks of "args." first.
        var keys = begun.Length < 2 ? [] : names.Args.Select(path => (Word: JobFilterText.Path(path) + ":", Path: path))
            .Where(key => key.Word.StartsWith(begun, StringComparison.OrdinalIgnoreCase) || key.Path[^1].StartsWith(begun, StringComparison.OrdinalIgnoreCase))
            .Select(key => (key.Word, key.Word, (string?)"an argument"));
        return begun.StartsWith(JobFilterWords.Args + ".", StringComparison.OrdinalIgnoreCase) ? keys : words.Concat(keys);
    }

    private static IEnumerable<(string Insert, string Label)> Values(string key, string begun, JobFilterNames names)
    {
        if (begun.StartsWith('"'))
            begun = begun[1..];
        var known = key.ToLowerInvariant() switch
        {
            "state" => JobStates.All.Select(state => state.Name()),
            "worker" => names.Workers,
            "stage" => names.Stages,
            "queue" => names.Queues,
            "older" or "newer" or JobFilterWords.From => Spans,
            _ => [],
        };
        return known.Where(name => name.Contains(begun, StringComparison.OrdinalIgnoreCase))
            .OrderBy(name => name.StartsWith(begun, StringComparison.OrdinalIgnoreCase) ? 0 : 1)
            .Select(name => (JobFilterText.Value(name) + " ", name));
    }
}
