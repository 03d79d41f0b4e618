namespace JobLineage.Core.Sources;

/// <summary>
/// The address of a job's page in the queue's own tool: <c>https://ops.internal/oban/jobs/{id}</c>. The id, which is
/// somebody else's text, may stand behind the host only, and goes in escaped.
/// </summary>
public static class JobUrlTemplate
{
    private const string Place = "{id}";

    /// <summary>What is wrong with a template, as the end of a sentence; null when nothing is.</summary>
    public static string? Problem(string template)
    {
        var at = template.IndexOf(Place, StringComparison.Ordinal);
        if (at < 0)
            return $"is '{template}', which has no {{id}} for the job's id; write it as https://host/oban/jobs/{{id}}.";
        if (!Uri.TryCreate(template.Replace(Place, "0"), UriKind.Absolute, out var url)
            || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Host.Length == 0
            || !template.StartsWith(url.Scheme + "://", StringComparison.OrdinalIgnoreCase))
            return $"is '{template}', which is not an http or https address without a user name; write it as https://host/oban/jobs/{{id}}.";
        return template.IndexOf('/', url.Scheme.Length + 3) is var path && (path < 0 || path > at)
            ? $"is '{template}', where {{id}} stands in the host; it may stand only behind it, as in https://host/oban/jobs/{{id}}."
            : null;
    }

    /// <summary>The address of a job; null where the id would lead elsewhere.</summary>
    public static string? Fill(string template, string id) =>
        // A browser resolves these before it asks, escaped or not.
        id is "." or ".." ? null : template.Replace(Place, Uri.EscapeDataString(id));
}
