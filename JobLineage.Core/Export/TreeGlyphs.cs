using JobLineage.Core.Model;

namespace JobLineage.Core.Export;

/// <summary>What text trees are drawn with.</summary>
public sealed record TreeGlyphs
{
    /// <summary>Lines and marks of Unicode.</summary>
    public static readonly TreeGlyphs Unicode = new()
    {
        Branch = "├─ ",
        Last = "└─ ",
        Pipe = "│  ",
        Space = "   ",
        Dot = " · ",
        Marks = new Dictionary<FindingKind, string>
        {
            [FindingKind.Stuck] = "⚠",
            [FindingKind.Failing] = "✗",
            [FindingKind.Missing] = "∅",
            [FindingKind.Childless] = "∅",
            [FindingKind.Waiting] = "◷",
            [FindingKind.Orphaned] = "?",
            [FindingKind.Cycle] = "↺",
        },
    };

    /// <summary>For terminals and files that take nothing else.</summary>
    public static readonly TreeGlyphs Ascii = new()
    {
        Branch = "|- ",
        Last = "`- ",
        Pipe = "|  ",
        Space = "   ",
        Dot = ", ",
        Marks = new Dictionary<FindingKind, string>
        {
            [FindingKind.Stuck] = "!",
            [FindingKind.Failing] = "x",
            [FindingKind.Missing] = "-",
            [FindingKind.Childless] = "-",
            [FindingKind.Waiting] = "~",
            [FindingKind.Orphaned] = "?",
            [FindingKind.Cycle] = "@",
        },
    };

    /// <summary>Before a node that has siblings after it.</summary>
    public required string Branch { get; init; }

    /// <summary>Before the last of its siblings.</summary>
    public required string Last { get; init; }

    /// <summary>Below a <see cref="Branch"/>.</summary>
    public required string Pipe { get; init; }

    /// <summary>Below a <see cref="Last"/>.</summary>
    public required string Space { get; init; }

    /// <summary>Between counts.</summary>
    public required string Dot { get; init; }

    /// <summary>Before the name of a finding.</summary>
    public required IReadOnlyDictionary<FindingKind, string> Marks { get; init; }
}
