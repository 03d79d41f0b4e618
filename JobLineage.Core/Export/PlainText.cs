namespace JobLineage.Core.Export;

/// <summary>Makes foreign text fit for a terminal.</summary>
public static class PlainText
{
    /// <summary>The text with control characters replaced: an escape sequence in a worker's name must command nothing.</summary>
    public static string Clean(string text) =>
        text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.AsSpan().ContainsAnyInRange('\x7f', '\x9f')
            ? string.Concat(text.Select(c => char.IsControl(c) ? '\ufffd' : c))
            : text;
}
