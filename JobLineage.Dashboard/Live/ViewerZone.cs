namespace JobLineage.Dashboard.Live;

/// <summary>
/// The zone in which somebody wants to read times: UTC, or that of their browser. The browser keeps the choice in a cookie, so that the first HTML has it already and no time
/// changes when the page begins to live.
/// </summary>
public static class ViewerZone
{
    /// <summary>The cookie: <c>utc</c>, or the name of a zone as the IANA has it.</summary>
    public const string Cookie = "times";

    private const int LongestName = 64;

    /// <summary>The zone of a cookie; null for UTC, and for a name that is no zone of this server.</summary>
    public static TimeZoneInfo? Of(string? cookie)
    {
        var name = Uri.UnescapeDataString(cookie ?? "");
        // A path would be looked for among the server's files.
        if (name.Length is 0 or > LongestName || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+') || name.StartsWith('/') || name.Equals("utc", StringComparison.OrdinalIgnoreCase))
            return null;
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : null;
    }
}
