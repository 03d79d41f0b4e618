using System.Globalization;
using System.Text;

namespace JobLineage.Core.Export;

/// <summary>
/// Keeps spreadsheets from running what stands in a cell: <c>=HYPERLINK(…)</c> in a job's arguments is text. Such a text
/// gets an apostrophe in front. Where a spreadsheet's separator is the semicolon or the tab, and everywhere behind a line break, it takes what follows for a
/// cell of its own, quoted or not; there an apostrophe stands too. What the guard has put can be taken away again without loss. Pure.
/// </summary>
public static class CsvGuard
{
    private const string Separators = ";\t\r\n";
    private const string Formulas = "=+-@\uFF1D\uFF0B\uFF0D\uFF20\uFE66\uFE62\uFE63\uFE6B\u2212";

    /// <summary>The text, with an apostrophe wherever a spreadsheet might take what follows for a formula.</summary>
    public static string Neutralise(string text)
    {
        StringBuilder? safe = null;
        var copied = 0;
        for (var start = 0; start >= 0; start = Next(text, start))
        {
            if (!IsFormulaLike(text, start))
                continue;
            (safe ??= new(text.Length + 8)).Append(text, copied, start - copied).Append('\'');
            copied = start;
        }

        return safe is null ? text : safe.Append(text, copied, text.Length - copied).ToString();
    }

    /// <summary>What <see cref="Neutralise"/> was given.</summary>
    public static string Restore(string cell)
    {
        StringBuilder? text = null;
        var copied = 0;
        for (var start = 0; start >= 0; start = Next(cell, start))
        {
            if (start >= cell.Length || cell[start] != '\'' || !IsFormulaLike(cell, start + 1, start == 0))
                continue;
            (text ??= new(cell.Length)).Append(cell, copied, start - copied);
            copied = start + 1;
        }

        return text is null ? cell : text.Append(cell, copied, cell.Length - copied).ToString();
    }

    /// <summary>Where the next cell may begin; -1 at the end.</summary>
    private static int Next(string text, int start) =>
        start < text.Length && text.AsSpan(start).IndexOfAny(Separators) is var at and >= 0 && start + at + 1 < text.Length ? start + at + 1 : -1;

    private static bool IsFormulaLike(string text, int start) => IsFormulaLike(text, start, start == 0);

    /// <summary>
    /// Whether the first character behind blanks, quotes, apostrophes and what can't be seen is one that begins a formula: half or
    /// full width, or, at the beginning of the text, a tab or line break. A plain number such as -5 is none.
    /// </summary>
    private static bool IsFormulaLike(string text, int start, bool isFirst)
    {
        for (var at = start; at < text.Length; at++)
        {
            var c = text[at];
            if (Formulas.Contains(c))
                return !IsNumber(Cell(text, start));
            if (Separators.Contains(c))
                return isFirst && c != ';';
            // Apostrophes too: else one that was there already could not be told from ours.
            if (!char.IsWhiteSpace(c) && c is not ('\'' or '"' or '`' or '\u2018' or '\u2019' or '\u201C' or '\u201D')
                && char.GetUnicodeCategory(c) is not (UnicodeCategory.Format or UnicodeCategory.Control))
            {
                return false;
            }
        }

        return false;
    }

    private static ReadOnlySpan<char> Cell(string text, int start) =>
        text.AsSpan(start) is var rest && rest.IndexOfAny(Separators) is var end and >= 0 ? rest[..end] : rest;

    private static bool IsNumber(ReadOnlySpan<char> text)
    {
        var digits = text.StartsWith('-') ? text[1..] : text;
        return digits.Length > 0 && digits[0] != '.' && digits[^1] != '.' && digits.Count('.') <= 1 && !digits.ContainsAnyExcept("0123456789.");
    }
}
