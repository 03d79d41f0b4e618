namespace JobLineage.Core.Model;

/// <summary>Cuts text to a length that a database and a message can take.</summary>
public static class TextLimit
{
    /// <summary>At most so many characters, and no half of a pair: no database takes that.</summary>
    public static ReadOnlySpan<char> Cut(ReadOnlySpan<char> text, int limit) =>
        text.Length <= limit ? text : text[..(char.IsHighSurrogate(text[limit - 1]) ? limit - 1 : limit)];
}
