namespace JobLineage.Core.Diagnosis;

/// <summary>
/// A text that is looked for in fingerprints of errors. A fingerprint has no numbers, ids and quoted values, so what is looked for is also looked
/// for without them; but for a text that is little else: it would be in most of them. Pure.
/// </summary>
/// <param name="Text">As it was typed.</param>
/// <param name="Print">As a fingerprint would have it, or the text again.</param>
public sealed record ErrorText(string Text, string Print)
{
    private const int LettersNeeded = 3;

    /// <summary>The two forms of what was typed.</summary>
    public static ErrorText Of(string text)
    {
        var print = Fingerprint.Of(text);
        return new(text, Letters(print) >= LettersNeeded ? print : text);
    }

    /// <summary>Whether a fingerprint holds it, whatever the case of its letters.</summary>
    public bool IsIn(string fingerprint)
    {
        var lower = fingerprint.ToLowerInvariant();
        return lower.Contains(Text.ToLowerInvariant(), StringComparison.Ordinal) || lower.Contains(Print.ToLowerInvariant(), StringComparison.Ordinal);
    }

    private static int Letters(string print)
    {
        var letters = 0;
        var inside = 0;
        foreach (var c in print)
        {
            inside += c == '<' ? 1 : c == '>' && inside > 0 ? -1 : 0;
            letters += inside == 0 && char.IsLetter(c) ? 1 : 0;
        }

        return letters;
    }
}
