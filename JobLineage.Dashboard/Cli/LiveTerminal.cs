using Spectre.Console;

namespace JobLineage.Dashboard.Cli;

/// <summary>A terminal on which something is shown live.</summary>
/// <param name="Console">What it is drawn on.</param>
/// <param name="Key">A key that was pressed since it was last asked; null: none was.</param>
public sealed record LiveTerminal(IAnsiConsole Console, Func<char?> Key)
{
    /// <summary>The one that the process has; null where its output goes to a file or a pipe, or can't be drawn on.</summary>
    public static LiveTerminal? Own() =>
        System.Console.IsOutputRedirected || !AnsiConsole.Console.Profile.Capabilities.Ansi ? null : new(AnsiConsole.Console, ReadKey);

    private static char? ReadKey() =>
        !System.Console.IsInputRedirected && System.Console.KeyAvailable ? System.Console.ReadKey(intercept: true).KeyChar : null;
}
