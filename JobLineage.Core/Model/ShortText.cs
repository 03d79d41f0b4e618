using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace JobLineage.Core.Model;

/// <summary>
/// Texts that stand in an index of the store: ids, keys of runs, names of workers, queues, steps and nodes. Postgres refuses an
/// index entry of more than 2,704 bytes. What is too long keeps its beginning and gets a hash of the whole: a text that is only
/// cut is equal to another one that begins alike, and two runs would become one. Pure.
/// </summary>
public static class ShortText
{
    /// <summary>Bytes of a text in UTF-8 that is kept as it is.</summary>
    public const int Longest = 1_000;

    /// <summary>Bytes of the beginning that is kept of a longer one.</summary>
    private const int Beginning = 400;

    private const string Sign = "…#";
    private const int HashLength = 64;

    /// <summary>The text as it is kept.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Of(string? text)
    {
        if (text is null)
            return null;
        // A character takes three bytes at most, a pair of surrogates four. What already looks like a shortened text is
        // shortened too, or else it could be made to equal another one's.
        return (text.Length * 3 <= Longest || Encoding.UTF8.GetByteCount(text) <= Longest) && !IsShortened(text) ? text : Hashed(text);
    }

    /// <summary>The beginning of a text and the hash of all of it, however short it is.</summary>
    public static string Hashed(string text)
    {
        var (length, bytes) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > Beginning)
                break;
            length += rune.Utf16SequenceLength;
        }

        return text[..length] + Sign + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>Whether a text looks as if it had been shortened.</summary>
    public static bool IsShortened(string text)
    {
        var at = text.Length - HashLength - Sign.Length;
        if (at < 0 || string.CompareOrdinal(text, at, Sign, 0, Sign.Length) != 0)
            return false;
        return text.AsSpan(at + Sign.Length).IndexOfAnyExcept("0123456789abcdef") < 0;
    }
}
