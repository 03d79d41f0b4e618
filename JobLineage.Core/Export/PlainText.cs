using JobLineage.Core.Model;

namespace JobLineage.Core.Export;

/// <summary>Makes foreign text fit for a line of a terminal: an escape sequence in a worker's name must command nothing.</summary>
public static class PlainText
{
    /// <summary>The text as <see cref="VisibleText"/> has it.</summary>
    public static string Clean(string text) => VisibleText.Line(text);
}
