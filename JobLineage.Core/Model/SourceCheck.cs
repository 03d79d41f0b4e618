namespace JobLineage.Core.Model;

/// <summary>What a look at one of the things that reading a source depends on has found.</summary>
/// <param name="Level"><c>good</c>, <c>advice</c> or <c>problem</c>.</param>
/// <param name="Name">The thing, in a word or two.</param>
/// <param name="Message">One sentence; where something is wrong, with what to do.</param>
public sealed record SourceCheck(string Level, string Name, string Message)
{
    /// <summary>Whether all is well with it.</summary>
    public bool IsGood => Level == "good";

    /// <summary>Whether the source can't be read as it should be.</summary>
    public bool IsProblem => Level == "problem";
}
