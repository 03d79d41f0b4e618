namespace JobLineage.Core.Engines;

/// <summary>What stands between us and a source.</summary>
public enum SourceProblemKind
{
    /// <summary>The database does not answer, or has no room now: worth trying again.</summary>
    Unreachable,

    /// <summary>The database answers, and refuses the user or knows no such database.</summary>
    Refused,

    /// <summary>There is no such schema.</summary>
    NoSchema,

    /// <summary>There is no such table.</summary>
    NoTable,

    /// <summary>The user may not read the table.</summary>
    NoPrivilege,

    /// <summary>The id column is missing, or its type can't be an id.</summary>
    BadId,

    /// <summary>An expression of the mapping does not work on the table.</summary>
    BadExpression,

    /// <summary>It is to be followed by trigger, and there is none that can be.</summary>
    NoTrigger,
}

/// <summary>Why a source can't be read.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Message">One sentence that names the source and says what to do next.</param>
public sealed record SourceProblem(SourceProblemKind Kind, string Message)
{
    /// <summary>Whether it may go away by itself.</summary>
    public bool IsRetryable => Kind == SourceProblemKind.Unreachable;
}

/// <summary>What a probe found: a source or a problem, never both.</summary>
/// <param name="Source">The source, ready to be read; null when there is a problem.</param>
/// <param name="Problem">The problem; null when there is none.</param>
public sealed record ProbeOutcome(ProbedSource? Source, SourceProblem? Problem);

/// <summary>A source can't be read; the message is a sentence with the next step.</summary>
public sealed class SourceProblemException(SourceProblem problem) : Exception(problem.Message)
{
    /// <summary>What stands in the way.</summary>
    public SourceProblem Problem => problem;
}
