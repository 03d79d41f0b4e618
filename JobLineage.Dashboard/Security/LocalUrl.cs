namespace JobLineage.Dashboard.Security;

/// <summary>Where a sign-in may lead back to.</summary>
internal static class LocalUrl
{
    /// <summary>
    /// The url when it is a path on this site, else <c>/</c>. Browsers read <c>//host</c> and <c>/\host</c> as another
    /// site, and leave out tabs and line breaks while doing so.
    /// </summary>
    public static string OrHome(string? url) =>
        url is ['/', ..] && url is not ['/', '/' or '\\', ..] && !url.Any(char.IsControl) ? url : "/";
}
