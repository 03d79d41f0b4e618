using System.Text;
using System.Text.Json;

namespace JobLineage.Core.Lineage.Inference;

/// <summary>
/// The way to a value in a job's arguments: one key, or a key within the object of another. As text its keys are joined by
/// dots (<c>showtime.external_id</c>); a key that holds anything but letters, digits, <c>_</c> and <c>-</c> is written as a
/// JSON string (<c>"a.b".c</c>). Pure.
/// </summary>
public static class ArgsPath
{
    /// <summary>The keys of a path at most.</summary>
    public const int Deepest = 3;

    /// <summary>What follows the path of a list, and stands for any of its items.</summary>
    public const string AnyItem = "[]";

    /// <summary>The text of a path.</summary>
    public static string Text(IEnumerable<string> keys) => string.Join('.', keys.Select(Segment));

    /// <summary>The path of a key within another.</summary>
    /// <param name="above">The text of the path above; empty at the top.</param>
    /// <param name="key">The key, as it is.</param>
    public static string Below(string above, string key) => above.Length == 0 ? Segment(key) : $"{above}.{Segment(key)}";

    /// <summary>The keys that a text names; null when it is not the text of a path.</summary>
    public static IReadOnlyList<string>? Parse(string text)
    {
        var keys = new List<string>();
        var at = 0;
        while (true)
        {
            if (at < text.Length && text[at] == '"')
            {
                if (Quoted(text, at) is not { } quoted)
                    return null;
                keys.Add(quoted.Key);
                at = quoted.End;
            }
            else
            {
                var end = text.IndexOf('.', at);
                end = end < 0 ? text.Length : end;
                if (end == at)
                    return null;
                keys.Add(text[at..end]);
                at = end;
            }

            if (keys.Count > Deepest)
                return null;
            if (at == text.Length)
                return keys;
            if (text[at++] != '.')
                return null;
        }
    }

    private static (string Key, int End)? Quoted(string text, int from)
    {
        for (var at = from + 1; at < text.Length; at++)
        {
            if (text[at] == '\\')
            {
                at++;
            }
            else if (text[at] == '"')
            {
                try
                {
                    return (JsonSerializer.Deserialize<string>(text[from..(at + 1)])!, at + 1);
                }
                catch (JsonException)
                {
                    return null;
                }
            }
        }

        return null;
    }

    private static string Segment(string key)
    {
        if (key.Length > 0 && key.All(c => char.IsLetterOrDigit(c) || c is '_' or '-'))
            return key;
        var text = new StringBuilder("\"");
        foreach (var c in key)
        {
            if (char.IsControl(c) || char.IsSurrogate(c))
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                text.Append(c is '"' or '\\' ? "\\" : "").Append(c);
        }

        return text.Append('"').ToString();
    }
}
