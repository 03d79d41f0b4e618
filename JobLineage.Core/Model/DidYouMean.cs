namespace JobLineage.Core.Model;

/// <summary>Finds what a misspelt name may have been. Pure.</summary>
public static class DidYouMean
{
    /// <summary>The known name that is nearest to a wrong one; null when none is near.</summary>
    public static string? Nearest(string wrong, IEnumerable<string> known) => known
        .Select(name => (Name: name, Distance: Distance(wrong.ToUpperInvariant(), name.ToUpperInvariant())))
        .Where(c => c.Distance <= Math.Max(2, c.Name.Length / 3))
        .OrderBy(c => c.Distance)
        .Select(c => c.Name)
        .FirstOrDefault();

    /// <summary>The sentence for a key that is not known.</summary>
    /// <param name="path">The key's full path.</param>
    /// <param name="wrong">Its last part.</param>
    /// <param name="known">What could stand there.</param>
    public static string Sentence(string path, string wrong, IReadOnlyCollection<string> known) =>
        Nearest(wrong, known) is { } name
            ? $"{path} is not a known key; did you mean {name}?"
            : $"{path} is not a known key; known are {string.Join(", ", known)}.";

    /// <summary>Edits between two words, a swap of neighbours counting as one.</summary>
    internal static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
