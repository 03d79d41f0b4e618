namespace JobLineage.Core.Engines;

/// <summary>How bad something is.</summary>
public enum CheckLevel
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>It works, and would work better.</summary>
    Advice,

    /// <summary>It does not work until somebody does something.</summary>
    Problem,
}

/// <summary>What was found about one thing.</summary>
/// <param name="Level">How bad it is.</param>
/// <param name="Name">The thing, in a word or two.</param>
/// <param name="Message">One sentence; where something is wrong, with what to do.</param>
public sealed record Check(CheckLevel Level, string Name, string Message);
