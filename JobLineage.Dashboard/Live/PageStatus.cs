namespace JobLineage.Dashboard.Live;

/// <summary>The HTTP status of a page that is rendered all the same.</summary>
internal static class PageStatus
{
    /// <summary>
    /// Answers with <paramref name="status"/>. Set at the last moment: a page that has the status of 404 while it is being
    /// rendered is thrown away for the general not-found page, and its own sentence with it.
    /// </summary>
    public static void Answer(this HttpContext? http, int status)
    {
        if (http is null || http.Response.HasStarted)
            return;
        http.Response.OnStarting(() =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        });
    }
}
