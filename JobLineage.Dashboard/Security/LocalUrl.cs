using System.Text;

namespace JobLineage.Dashboard.Security;

/// <summary>Where a sign-in may lead back to.</summary>
internal static class LocalUrl
{
    /// <summary>
    /// The url when it is a path on this site, else the first page. Browsers read <c>//host</c> and <c>/\host</c> as another
    /// site, and leave out tabs and line breaks while doing so. What a header can't hold is escaped.
    /// </summary>
    /// <param name="url">As the query has it.</param>
    /// <param name="path">The path that all addresses here begin with; empty without one.</param>
    public static string OrHome(string? url, string path = "") =>
        url is ['/', ..] && url is not ['/', '/' or '\\', ..] && !url.Any(char.IsControl)
        && url.StartsWith(path + "/", StringComparison.Ordinal) && !url.AsSpan(path.Length).StartsWith("//", StringComparison.Ordinal)
            ? Ascii(url)
            : path + "/";

    private static string Ascii(string url)
    {
        if (url.All(c => c is > ' ' and < '\x7f'))
            return url;
        var text = new StringBuilder(url.Length + 32);
        foreach (var rune in url.EnumerateRunes())
        {
            if (rune.Value is > ' ' and < '\x7f')
                text.Append((char)rune.Value);
            else
                text.Append(Uri.EscapeDataString(rune.ToString()));
        }

        return text.ToString();
    }
}
