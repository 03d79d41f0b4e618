using JobLineage.Core.Model;

namespace JobLineage.Tests.Model;

public sealed class ErrorWordsTests
{
    [Theory]
    [InlineData("** (Oban.PerformError) App.Jobs.Show failed with {:error, :movie_not_ready}", "{:error, :movie_not_ready}")]
    [InlineData("** (Oban.TimeoutError) App.Jobs.Show timed out after 700ms", "timed out after 700ms")]
    [InlineData("** (Oban.CrashError) ** (exit) :venue_server_timeout", "exit: :venue_server_timeout")]
    [InlineData("** (EXIT from #PID<0.1.0>) killed", "EXIT from #PID<0.1.0>: killed")]
    [InlineData("** (RuntimeError) unknown worker: X", "RuntimeError: unknown worker: X")]
    [InlineData("** (HTTP <n>)", "HTTP <n>")]
    [InlineData("** (Oban.PerformError) something else", "Oban.PerformError: something else")]
    [InlineData("reaped: max_attempts exhausted", "reaped: max_attempts exhausted")]
    [InlineData("** (Postgrex.Error) ERROR 23505\r\n    at line 7\n** (X) y", "Postgrex.Error: ERROR 23505\r\n    at line 7\n** (X) y")]
    [InlineData("** (", "** (")]
    [InlineData("** () x", "** () x")]
    [InlineData("", "")]
    public void An_error_stands_without_the_engines_wrapper(string error, string telling) => Assert.Equal(telling, ErrorWords.Telling(error));
}
