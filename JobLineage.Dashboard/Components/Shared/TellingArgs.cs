using System.Text;
using System.Text.Json;

namespace JobLineage.Dashboard.Components.Shared;

/// <summary>Arguments of jobs that stand beside each other in little room: what tells them apart comes first.</summary>
public static class TellingArgs
{
    /// <summary>
    /// The arguments of each job, those members first that are not the same in all. As they are where there are fewer than
    /// two, or one is no JSON object or was cut.
    /// </summary>
    /// <param name="args">As JSON, job by job; null where a job has none.</param>
    /// <returns>As many texts as there were.</returns>
    public static IReadOnlyList<string> Of(IReadOnlyList<string?> args)
    {
        var members = args.Select(Members).ToList();
        if (members.Count < 2 || members.Contains(null))
            return [.. args.Select(text => text ?? "")];
        var same = members[0]!.Where(member => members.TrueForAll(other => other!.GetValueOrDefault(member.Key) == member.Value))
            .Select(member => member.Key).ToHashSet(StringComparer.Ordinal);
        return [.. members.Select(job => Write(job!.OrderBy(member => same.Contains(member.Key))))];
    }

    private static Dictionary<string, string>? Members(string? json)
    {
        try
        {
            using var document = JsonDocument.Parse(json ?? "");
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            var members = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var member in document.RootElement.EnumerateObject())
                members[member.Name] = member.Value.GetRawText();
            return members;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Cut off, or half of a surrogate pair.
            return null;
        }
    }

    private static string Write(IEnumerable<KeyValuePair<string, string>> members)
    {
        var text = new StringBuilder("{");
        foreach (var (name, value) in members)
            text.Append(text.Length > 1 ? ", " : "").Append('"').Append(JsonEncodedText.Encode(name)).Append("\": ").Append(value);
        return text.Append('}').ToString();
    }
}
