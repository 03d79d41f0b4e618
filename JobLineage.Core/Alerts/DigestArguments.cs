using System.Globalization;
using System.Text.Json;
using JobLineage.Core.Model;

namespace JobLineage.Core.Alerts;

/// <summary>
/// Finds what tells jobs of one type apart: the arguments whose values differ. They come redacted, as they are stored. Pure.
/// </summary>
internal static class DigestArguments
{
    private const int MostKeys = 50;
    private const int MostShown = 2;
    private const int LongestValue = 80;

    /// <summary>What stands beside each job, as <c>page=7</c>; null for one that has none of what differs.</summary>
    /// <param name="jobs">The arguments of each job as JSON, and its target.</param>
    public static IReadOnlyList<string?> Of(IReadOnlyList<(string? Args, string? Target)> jobs)
    {
        var read = jobs.Select(j => Read(j.Args, j.Target)).ToList();
        var keys = Choose(read, jobs);
        return [.. read.Select(values => Words(values, keys))];
    }

    /// <summary>
    /// The one that tells most apart, and another where it helps, a time last; nothing where the targets do it alone. Of a job that is the only
    /// one of its type, and has no target, its first arguments are all that there is to say.
    /// </summary>
    private static List<string> Choose(List<Dictionary<string, string>> read, IReadOnlyList<(string? Args, string? Target)> jobs)
    {
        var names = read.SelectMany(v => v.Keys).Distinct(StringComparer.Ordinal).ToList();
        if (read.Count == 1)
            return jobs[0].Target is null ? [.. names.OrderByDescending(name => Rank(name, read)).Take(MostShown)] : [];
        var chosen = new List<string>();
        var told = Kinds(jobs.Select(j => j.Target ?? ""));
        while (chosen.Count < MostShown && told < read.Count)
        {
            var best = names.Except(chosen, StringComparer.Ordinal)
                .Select(name => (Name: name, Kinds: Kinds(read.Select((v, i) => $"{jobs[i].Target}\0{string.Join('\0', chosen.Append(name).Select(n => v.GetValueOrDefault(n)))}"))))
                // A second one only where it says something: no time, no address.
                .Where(k => k.Kinds > told && (chosen.Count == 0 || Rank(k.Name, read) > 1))
                .OrderBy(k => Rank(k.Name, read) == 0).ThenByDescending(k => k.Kinds).ThenByDescending(k => Rank(k.Name, read))
                .FirstOrDefault();
            if (best.Name is null)
                break;
            chosen.Add(best.Name);
            told = best.Kinds;
        }

        return chosen;
    }

    private static int Kinds(IEnumerable<string> values) => values.Distinct(StringComparer.Ordinal).Count();

    /// <summary>How well a key says what a job works on, as far as its name and a value can tell: an id best, a time least.</summary>
    private static int Rank(string name, List<Dictionary<string, string>> read)
    {
        var value = read.Select(v => v.GetValueOrDefault(name)).FirstOrDefault(v => v is not null) ?? "";
        if (DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.None, out _) && value.Contains('-'))
            return 0;
        var last = name[(name.LastIndexOf('.') + 1)..];
        return last is "id" || last.EndsWith("_id", StringComparison.Ordinal) || last.EndsWith("Id", StringComparison.Ordinal) ? 3
            : value.Contains("://", StringComparison.Ordinal) ? 1
            : 2;
    }

    private static string? Words(Dictionary<string, string> values, List<string> keys)
    {
        var words = keys.Where(values.ContainsKey).Select(key => $"{key}={values[key]}").ToList();
        return words.Count == 0 ? null : string.Join(", ", words);
    }

    /// <summary>The values that can be shown on a line: numbers, words, switches; of what lies below a key those of its keys.</summary>
    private static Dictionary<string, string> Read(string? args, string? target)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (args is null)
            return values;
        try
        {
            using var document = JsonDocument.Parse(args);
            Add(document.RootElement, "", values, target);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Cut off, or half of a surrogate pair: it tells nothing.
            values.Clear();
        }

        return values;
    }

    private static void Add(JsonElement element, string above, Dictionary<string, string> values, string? target)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return;
        foreach (var property in element.EnumerateObject())
        {
            if (values.Count == MostKeys)
                return;
            var name = above + property.Name;
            if (property.Value.ValueKind == JsonValueKind.Object && above.Length == 0)
                Add(property.Value, name + ".", values, target);
            else if (Scalar(property.Value) is { } value && value != target)
                values[name] = value;
        }
    }

    private static string? Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Short(value.GetString()!),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => Short(value.GetRawText()),
        _ => null,
    };

    private static string Short(string text) => DigestText.Flat(text, LongestValue);
}
