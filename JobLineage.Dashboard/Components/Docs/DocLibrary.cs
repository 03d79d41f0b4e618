using System.Collections.Frozen;
using System.Reflection;

namespace JobLineage.Dashboard.Components.Docs;

/// <summary>The documentation that came with the program: what stands in <c>docs/</c> of the repository, within the assembly.</summary>
public static class DocLibrary
{
    private const string Folder = "docs/";
    private const string Text = ".md";
    private const string Picture = ".png";

    private static readonly Assembly Own = typeof(DocLibrary).Assembly;

    // By their paths below docs; the build may have written them with the other slash.
    private static readonly FrozenDictionary<string, string> Files = Own.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).ToFrozenDictionary(name => name[Folder.Length..].Replace('\\', '/'), StringComparer.Ordinal);

    // Read once, by whoever asks first: most never ask.
    private static readonly Lazy<FrozenDictionary<string, DocPage>> Pages = new(() => Files.Keys
        .Where(file => file.EndsWith(Text, StringComparison.Ordinal)).Select(file => DocMarkdown.Render(file[..^Text.Length], ReadText(file)))
        .ToFrozenDictionary(page => page.Name, StringComparer.Ordinal));

    /// <summary>All pages, by title; those of engines last.</summary>
    public static IReadOnlyList<DocPage> All => [.. Pages.Value.Values.OrderBy(page => page.Name.Contains('/')).ThenBy(page => page.Title, StringComparer.OrdinalIgnoreCase)];

    /// <summary>A page; null when there is none of that name.</summary>
    public static DocPage? Find(string name) => Pages.Value.GetValueOrDefault(name);

    /// <summary>Whether there is a page or a picture of that name, which a page may lead to.</summary>
    internal static bool Has(string name) => Files.ContainsKey(name + Text) || name.EndsWith(Picture, StringComparison.Ordinal) && Files.ContainsKey(name);

    /// <summary>A picture that a page shows, by its path below <c>docs</c>; null when there is none.</summary>
    public static Stream? OpenPicture(string name) => name.EndsWith(Picture, StringComparison.Ordinal) && Files.TryGetValue(name, out var file) ? Own.GetManifestResourceStream(file) : null;

    private static string ReadText(string file)
    {
        using var reader = new StreamReader(Own.GetManifestResourceStream(Files[file])!);
        return reader.ReadToEnd();
    }
}
