namespace JobLineage.Dashboard.Demo.Pipelines;

/// <summary>Errors as Oban writes them into <c>errors</c>.</summary>
internal static class Errors
{
    /// <summary>A perform that returned an error tuple.</summary>
    public static string Perform(string worker, string reason) => $"** (Oban.PerformError) {worker} failed with {reason}";

    /// <summary>An exception with its stack trace.</summary>
    public static string Raised(string worker, string exception, string message, string file, int line) =>
        $"""
        ** ({exception}) {message}
            (pipeline 0.1.0) {file}:{line}: {worker}.perform/1
            (oban 2.23.1) lib/oban/queue/executor.ex:145: Oban.Queue.Executor.perform/1
            (oban 2.23.1) lib/oban/queue/executor.ex:77: Oban.Queue.Executor.call/1
            (elixir 1.18.4) lib/task/supervised.ex:101: Task.Supervised.invoke_mfa/2
            (elixir 1.18.4) lib/task/supervised.ex:36: Task.Supervised.reply/4

        """;

    /// <summary>What an upstream server may answer: nothing in it may run, format or address anything where it is shown.</summary>
    public const string HostileBody =
        "HTTP 503 — „Service Unavailable”\r\nX-Injected: yes\r\n\r\n<html><script>alert('error')</script>"
        + "<img src=x onerror=alert(1)></html> {{7*7}} ${7*7} =HYPERLINK(\"http://example.invalid\",\"click\") "
        + "'); drop table oban_jobs; -- \u001b[31mred\u001b[0m \u202egnp.exe 🎬🦖";
}
