using System.Text.Json;
using JobLineage.Core.Model;

namespace JobLineage.Core.Runs;

/// <summary>What differs between two texts of arguments, key by key. Pure.</summary>
internal static class ArgsChanges
{
    /// <summary>Differences that are told; who has more of them has other arguments.</summary>
    private const int Most = 100;

    /// <summary>Longer lists are compared whole, not entry by entry.</summary>
    private const int LongestList = 50;

    /// <summary>The differences, in the order of the second text; and whether a text could not be read whole.</summary>
    public static (IReadOnlyList<ArgChange> Changes, bool IsCut) Of(string? before, string? after)
    {
        if (before == after)
            return ([], false);
        using var one = Parse(before);
        using var other = Parse(after);
        if (one is null || other is null)
            return ([new("", before, after)], (before is not null && one is null) || (after is not null && other is null));
        var changes = new List<ArgChange>();
        Compare(changes, "", one.RootElement, other.RootElement);
        return changes.Count > Most ? (changes.GetRange(0, Most), true) : (changes, false);
    }

    private static JsonDocument? Parse(string? text)
    {
        try
        {
            return text is null ? null : JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // No deeper than the parser goes: 64.
    private static void Compare(List<ArgChange> changes, string key, JsonElement before, JsonElement after)
    {
        if (changes.Count > Most || JsonElement.DeepEquals(before, after))
            return;
        if (before.ValueKind == JsonValueKind.Object && after.ValueKind == JsonValueKind.Object)
        {
            // A name may occur twice, and the last one counts, as in Postgres.
            var old = before.EnumerateObject().GroupBy(p => p.Name).ToDictionary(g => g.Key, g => g.Last().Value);
            var now = after.EnumerateObject().GroupBy(p => p.Name).ToDictionary(g => g.Key, g => g.Last().Value);
            foreach (var (name, value) in now)
            {
                if (old.TryGetValue(name, out var was))
                    Compare(changes, Join(key, name), was, value);
                else
                    changes.Add(new(Join(key, name), null, value.GetRawText()));
            }

            changes.AddRange(old.Where(p => !now.ContainsKey(p.Key)).Select(p => new ArgChange(Join(key, p.Key), p.Value.GetRawText(), null)));
        }
        else if (before.ValueKind == JsonValueKind.Array && after.ValueKind == JsonValueKind.Array
            && before.GetArrayLength() == after.GetArrayLength() && after.GetArrayLength() <= LongestList)
        {
            for (var i = 0; i < after.GetArrayLength(); i++)
                Compare(changes, $"{key}[{i}]", before[i], after[i]);
        }
        else
        {
            changes.Add(new(key, before.GetRawText(), after.GetRawText()));
        }
    }

    private static string Join(string key, string name) => key.Length == 0 ? name : $"{key}.{name}";
}
