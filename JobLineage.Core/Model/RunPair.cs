namespace JobLineage.Core.Model;

/// <summary>Two ids side by side in an address: <c>60...61</c>.</summary>
public static class RunPair
{
    /// <summary>What stands between them.</summary>
    public const string Between = "...";

    /// <summary>Readings of one text that are tried.</summary>
    private const int Most = 20;

    /// <summary>
    /// The ways in which a text can be read as two ids: one, unless the ids themselves hold what stands between them. None
    /// when the text is one id, or an id is empty.
    /// </summary>
    public static IReadOnlyList<(string Before, string After)> Readings(string text)
    {
        var readings = new List<(string, string)>();
        for (var at = text.IndexOf(Between, StringComparison.Ordinal); at >= 0 && readings.Count < Most; at = text.IndexOf(Between, at + 1, StringComparison.Ordinal))
        {
            var (before, after) = (text[..at], text[(at + Between.Length)..]);
            if (before.Length > 0 && after.Length > 0)
                readings.Add((before, after));
        }

        return readings;
    }
}
