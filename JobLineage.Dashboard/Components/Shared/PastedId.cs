namespace JobLineage.Dashboard.Components.Shared;

/// <summary>What somebody may mean who pastes something into the box that finds jobs. Pure.</summary>
public static class PastedId
{
    private const int Longest = 1_000;

    // What an id is put between, or comes with, where it is copied from.
    private static readonly char[] Around = [' ', '\t', '\r', '\n', '\u00a0', '\u200b', '\ufeff', '"', '\'', '`', '“', '”', '‘', '’', '«', '»', '<', '>', '(', ')', '[', ']', '{', '}', ',', ';', '.', ':'];

    private static readonly string[] Names = ["job id", "job_id", "jobid", "job", "id"];

    /// <summary>
    /// The ids it may be, the most literal first: an id of a text queue may hold anything. Empty when it can't be one.
    /// </summary>
    public static IReadOnlyList<string> Candidates(string? pasted)
    {
        var text = pasted?.Trim() ?? "";
        if (text.Length is 0 or > Longest || text.Contains('\0'))
            return [];
        var plain = text.Trim(Around);
        var candidates = new List<string> { text, plain };
        if (OfAddress(plain) is { } addressed)
        {
            candidates.Add(addressed);
            candidates.Add(addressed.Trim(Around));
        }
        else
        {
            candidates.Add(WithoutName(plain));
            candidates.Add(WithoutName(plain).TrimStart('#').Trim(Around));
        }

        return [.. candidates.Where(candidate => candidate.Length > 0).Distinct(StringComparer.Ordinal)];
    }

    // Our own pages, with or without their host, and the pages of queues' own tools: …/oban/jobs/123.
    private static string? OfAddress(string text)
    {
        var isAbsolute = text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        if (!isAbsolute && !text.Contains('/'))
            return null;
        if (!Uri.TryCreate(isAbsolute ? text : "http://here/" + text.TrimStart('/'), UriKind.Absolute, out var address))
            return null;
        // The address of a run may name the root as well as the job that is looked at: the job is meant.
        foreach (var name in (ReadOnlySpan<string>)["job=", "id="])
        {
            if (Array.Find(address.Query.TrimStart('?').Split('&'), part => part.StartsWith(name, StringComparison.Ordinal)) is { } part)
                return Uri.UnescapeDataString(part[name.Length..].Replace('+', ' '));
        }

        var path = address.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToList();
        var at = path.FindLastIndex(part => part is "jobs" or "runs" or "job-lineage");
        if (at < 0 || at == path.Count - 1)
            return path.Count > 0 && isAbsolute ? path[^1] : null;
        var rest = path[(at + 1)..];
        // Ours name the source before the id.
        return path[at] == "job-lineage" || rest.Count == 1 ? string.Join('/', rest) : string.Join('/', rest[1..]);
    }

    private static string WithoutName(string text)
    {
        foreach (var name in Names)
        {
            if (text.StartsWith(name, StringComparison.OrdinalIgnoreCase) && text.Length > name.Length && text[name.Length] is ' ' or ':' or '=' or '#' or '"')
                return text[name.Length..].Trim([.. Around, '=']);
        }

        return text;
    }
}
