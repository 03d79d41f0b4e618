namespace JobLineage.Core.Sources;

/// <summary>
/// The address of a job's page in the queue's own tool: <c>https://ops.internal/oban/jobs/{id}</c>, also with <c>{queue}</c>, <c>{worker}</c> and <c>{schema}</c>. What stands for them,
/// which is somebody else's text, may stand behind the host only, and goes in escaped.
/// </summary>
public static class JobUrlTemplate
{
    private const string Place = "{id}";

    private static readonly string[] Places = [Place, "{queue}", "{worker}", "{schema}"];

    /// <summary>What is wrong with a template, as the end of a sentence; null when nothing is.</summary>
    public static string? Problem(string template)
    {
        var at = template.IndexOf(Place, StringComparison.Ordinal);
        if (at < 0)
            return $"is '{template}', which has no {{id}} for the job's id; write it as https://host/oban/jobs/{{id}}.";
        var filled = Places.Aggregate(template, (text, place) => text.Replace(place, "0"));
        if (filled.IndexOf('{') is var unknown and >= 0)
            return $"is '{template}', which has a place that nothing stands for; places are {string.Join(", ", Places)}.";
        if (!Uri.TryCreate(filled, UriKind.Absolute, out var url)
            || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Host.Length == 0
            || !template.StartsWith(url.Scheme + "://", StringComparison.OrdinalIgnoreCase))
            return $"is '{template}', which is not an http or https address without a user name; write it as https://host/oban/jobs/{{id}}.";
        var first = Places.Select(place => template.IndexOf(place, StringComparison.Ordinal)).Where(place => place >= 0).Min();
        return template.IndexOf('/', url.Scheme.Length + 3) is var path && (path < 0 || path > first)
            ? $"is '{template}', where {template[first..(template.IndexOf('}', first) + 1)]} stands in the host; it may stand only behind it, as in https://host/oban/jobs/{{id}}."
            : null;
    }

    /// <summary>A template that is an origin alone, with the path of the engine's own tool behind it; any other stays as it is.</summary>
    /// <param name="template">The template as configured.</param>
    /// <param name="path">The path of a job's page; null where the engine has no tool.</param>
    public static string Complete(string template, string? path) =>
        path is not null && !template.Contains('{') && Uri.TryCreate(template, UriKind.Absolute, out var url) && url is { PathAndQuery: "/", Fragment: "" } ? template.TrimEnd('/') + path : template;

    /// <summary>The address of a job; null where what it is called would lead elsewhere.</summary>
    /// <param name="template">The template.</param>
    /// <param name="id">The job's id.</param>
    /// <param name="queue">Its queue.</param>
    /// <param name="worker">Its worker.</param>
    /// <param name="schema">The schema of its table.</param>
    public static string? Fill(string template, string id, string queue = "", string worker = "", string schema = "")
    {
        string[] values = [id, queue, worker, schema];
        for (var i = 0; i < Places.Length; i++)
        {
            // A browser resolves these before it asks, escaped or not.
            if (values[i] is "." or ".." && template.Contains(Places[i], StringComparison.Ordinal))
                return null;
        }

        return Places.Zip(values).Aggregate(template, (text, one) => text.Replace(one.First, Uri.EscapeDataString(one.Second)));
    }
}
