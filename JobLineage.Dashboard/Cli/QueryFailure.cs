namespace JobLineage.Dashboard.Cli;

/// <summary>A query verb can't go on.</summary>
/// <param name="exitCode">One of <see cref="ExitCodes"/>.</param>
/// <param name="sentences">What to say on stderr, a line each.</param>
internal sealed class QueryFailure(int exitCode, params IReadOnlyList<string> sentences) : Exception(string.Join(Environment.NewLine, sentences))
{
    /// <summary>What the process ends with.</summary>
    public int ExitCode => exitCode;

    /// <summary>What to say on stderr, a line each.</summary>
    public IReadOnlyList<string> Sentences => sentences;
}
