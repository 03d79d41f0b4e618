namespace JobLineage.Tests.Architecture;

/// <summary>Which folder below a namespace may refer to which.</summary>
/// <param name="Root">The namespace of the folders. Types right in it compose: they may refer to everything.</param>
/// <param name="Allowed">The folders that a folder may refer to.</param>
internal sealed record FolderRules(string Root, IReadOnlyDictionary<string, string[]> Allowed)
{
    /// <summary>Sentences about arrows that no rule allows, and about folders that have no rule.</summary>
    public IReadOnlyList<string> Violations(IEnumerable<Arrow> arrows)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var arrow in arrows)
        {
            if (Folder(arrow.From) is not { } from)
                continue;
            if (!Allowed.TryGetValue(from, out var allowed))
                found.Add($"{from} is not in the rules ({arrow.From})");
            else if (Folder(arrow.To) is { } to && to != from && !allowed.Contains(to))
                found.Add($"{from} may not know {to}: {arrow}");
        }

        return [.. found];
    }

    /// <summary>A folder that can be reached from itself; null when the rules go one way.</summary>
    public string? Circle() => Allowed.Keys.FirstOrDefault(f => Reaches(f, f, []));

    private bool Reaches(string from, string to, HashSet<string> seen) =>
        Allowed.GetValueOrDefault(from, []).Any(next => next == to || (seen.Add(next) && Reaches(next, to, seen)));

    private string? Folder(string type)
    {
        if (!type.StartsWith(Root + '.', StringComparison.Ordinal))
            return null;
        var parts = type[(Root.Length + 1)..].Split('.');
        return parts.Length > 1 ? parts[0] : null;
    }
}
