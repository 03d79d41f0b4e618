using JobLineage.Core.Sources;
using JobLineage.Dashboard.Hosting;

namespace JobLineage.Dashboard.Cli;

/// <summary>A query verb can't go on.</summary>
/// <param name="exitCode">One of <see cref="ExitCodes"/>.</param>
/// <param name="sentences">What to say on stderr, a line each.</param>
internal sealed class QueryFailure(int exitCode, params IReadOnlyList<string> sentences) : Exception(string.Join(Environment.NewLine, sentences.Select(SecretText.Without)))
{
    /// <summary>A source can't be read.</summary>
    public static QueryFailure Of(SourceProblem problem) => new(ExitCodes.Of(problem.IsRetryable), problem.Message);

    /// <summary>What the process ends with.</summary>
    public int ExitCode => exitCode;

    /// <summary>What to say on stderr, a line each.</summary>
    public IReadOnlyList<string> Sentences { get; } = [.. sentences.Select(SecretText.Without)];
}
