using System.Globalization;
using System.Text;

namespace JobLineage.Core.Model;

/// <summary>
/// Foreign text on its way to people where no browser keeps it in its place: terminal, log, mail, Slack, charts. What can't be seen, what moves the
/// cursor, and what turns or hides other text becomes U+FFFD: control characters (C0, DEL, C1, and with them escape sequences), marks of the
/// reading direction, characters of no width, the separators that some programs take for line ends, tags, and halves of pairs. Pure.
/// </summary>
public static class VisibleText
{
    /// <summary>What stands for a character that is not shown.</summary>
    public const char Replacement = '\uFFFD';

    /// <summary>The text as one line.</summary>
    public static string Line(string text) => Clean(text, keepLines: false);

    /// <summary>The text with its lines; a tab becomes a blank, CR LF a line end.</summary>
    public static string Lines(string text) =>
        Clean(text.Contains('\r') || text.Contains('\t') ? text.Replace("\r\n", "\n").Replace('\t', ' ') : text, keepLines: true);

    /// <summary>JSON in which the same characters are written by their numbers: it stays the same JSON, and shows what it holds.</summary>
    public static string Json(string json)
    {
        if (!NeedsCleaning(json, keepLines: true))
            return json;
        var text = new StringBuilder(json.Length + 16);
        foreach (var c in json)
        {
            // Outside of strings JSON has no such character but line ends and tabs.
            if (c is '\n' or '\r' or '\t' || !IsHidden(c))
                text.Append(c);
            else
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return text.ToString();
    }

    /// <summary>Whether a character is not shown by itself, or changes how others are.</summary>
    public static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate => true,
        // Some signs of Arabic, Syriac and Kaithi are of this category and stand around numbers, to be seen.
        UnicodeCategory.Format => rune.Value is not ((>= 0x600 and <= 0x605) or 0x6DD or 0x70F or 0x890 or 0x891 or 0x8E2 or 0x110BD or 0x110CD),
        // Fillers of Hangul, and the joiner of graphemes, are letters and marks that show nothing.
        UnicodeCategory.OtherLetter => rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0,
        UnicodeCategory.NonSpacingMark => rune.Value is 0x34F,
        _ => false,
    };

    private static bool IsHidden(char c) => char.IsSurrogate(c) ? false : IsHidden(new Rune(c));

    private static string Clean(string text, bool keepLines)
    {
        if (!NeedsCleaning(text, keepLines))
            return text;
        var clean = new StringBuilder(text.Length);
        // Half of a pair comes as U+FFFD already.
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsHidden(rune) && !(keepLines && rune.Value == '\n'))
                clean.Append(Replacement);
            else
                clean.Append(rune);
        }

        return clean.ToString();
    }

    private static bool NeedsCleaning(string text, bool keepLines)
    {
        foreach (var c in text)
        {
            if (c < ' ' ? c != '\n' || !keepLines : c is >= '\x7F' && (c < '\xA0' || c == '\xAD' || c >= '\u0300'))
                return true;
        }

        return false;
    }
}
