namespace JobLineage.Tests.Support;

/// <summary>
/// How many of the random trials run. <c>./test.sh</c> runs some of each kind, so that a change is judged in minutes;
/// <c>./test.sh --all</c> sets JOBLINEAGE_TRIALS=all and runs more of them, though not what only the benches run. Nothing is skipped:
/// what is left out is no test of that run. This is the only place that reads the variable.
/// </summary>
internal static class TrialScope
{
    /// <summary>Names the variable.</summary>
    public const string Variable = "JOBLINEAGE_TRIALS";

    /// <summary>Whether all that the tests have are run.</summary>
    public static bool IsAll { get; } = Read(Environment.GetEnvironmentVariable(Variable));

    /// <summary>One number for every run, another for a long one.</summary>
    public static int Of(int some, int all) => IsAll ? all : some;

    /// <summary>The first rows of each list alone, or both lists.</summary>
    public static IEnumerable<T> Of<T>(IEnumerable<T> some, IEnumerable<T> more) => IsAll ? some.Concat(more) : some;

    internal static bool Read(string? value) => value switch
    {
        null or "" or "some" => false,
        "all" => true,
        _ => throw new InvalidOperationException($"{Variable} is '{value}', and may be 'all' for all trials of the tests or 'some', as without it, for a part of each kind."),
    };
}
