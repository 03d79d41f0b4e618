using System.Globalization;

namespace JobLineage.Core.Export;

/// <summary>
/// Keeps spreadsheets from running what stands in a cell: <c>=HYPERLINK(…)</c> in a job's arguments is text. Such a text
/// gets an apostrophe in front, and one that the guard would have put there can be taken away again without loss. Pure.
/// </summary>
public static class CsvGuard
{
    private const string Dangerous = "=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20\uFE66\uFE62\uFE63\uFE6B\u2212";

    /// <summary>The text, with an apostrophe in front where a spreadsheet might take it for a formula.</summary>
    public static string Neutralise(string text) => IsFormulaLike(text) ? "'" + text : text;

    /// <summary>What <see cref="Neutralise"/> was given.</summary>
    public static string Restore(string cell) => cell.Length > 0 && cell[0] == '\'' && IsFormulaLike(cell[1..]) ? cell[1..] : cell;

    /// <summary>
    /// Whether the first character behind blanks, quotes, apostrophes and what can't be seen is one that begins a formula: half or
    /// full width, or a tab or line break. A plain number such as -5 is none.
    /// </summary>
    public static bool IsFormulaLike(string text)
    {
        foreach (var c in text)
        {
            if (Dangerous.Contains(c))
                return !IsNumber(text);
            // Apostrophes too: else one that was there already could not be told from ours.
            if (!char.IsWhiteSpace(c) && c is not ('\'' or '"' or '`' or '\u2018' or '\u2019' or '\u201C' or '\u201D')
                && char.GetUnicodeCategory(c) is not (UnicodeCategory.Format or UnicodeCategory.Control))
            {
                return false;
            }
        }

        return false;
    }

    private static bool IsNumber(string text)
    {
        var digits = text.AsSpan(text.StartsWith('-') ? 1 : 0);
        return digits.Length > 0 && digits[0] != '.' && digits[^1] != '.' && digits.Count('.') <= 1 && !digits.ContainsAnyExcept("0123456789.");
    }
}
