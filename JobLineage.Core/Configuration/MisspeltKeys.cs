using JobLineage.Core.Model;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Core.Configuration;

/// <summary>
/// Finds keys that nobody reads, with what was probably meant: in <c>JobLineage</c> wherever they come from; in <c>ConnectionStrings</c> and at the top
/// of our own files, since other programs have variables of the same names. Pure.
/// </summary>
/// <param name="known">What is read.</param>
/// <param name="isFile">Whether settings come from a file of ours.</param>
public sealed class MisspeltKeys(KnownKey known, Func<IConfigurationProvider, bool> isFile)
{
    private const string Own = "JobLineage";
    private const string Connections = "ConnectionStrings";

    /// <summary>What the host reads at the top; a name near one of these is misspelt.</summary>
    private static readonly string[] Tops = [Own, Connections];

    private readonly List<(string Path, KnownKey Key)> ours = [.. known.Find(Own)!.All(Own).OrderBy(key => Depth(key.Path)).ThenBy(key => key.Path, StringComparer.Ordinal)];

    /// <summary>A sentence for each.</summary>
    public IReadOnlyList<string> Find(IConfiguration configuration)
    {
        var errors = new List<string>();
        Walk(configuration.GetSection(Own), known.Find(Own)!, errors);
        var files = FileKeys(configuration);
        var connections = known.Find(Connections)!;
        foreach (var child in configuration.GetSection(Connections).GetChildren().Where(c => connections.Find(c.Key) is null))
        {
            if (files(Connections).Contains(child.Key, StringComparer.OrdinalIgnoreCase) || connections.Names.Any(name => IsSlip(child.Key, name)))
                errors.Add(DidYouMean.Sentence(child.Path, child.Key, connections.Names));
        }

        foreach (var top in configuration.GetChildren().Where(c => !Tops.Contains(c.Key, StringComparer.OrdinalIgnoreCase)))
        {
            // Two underscores make a section of a variable; that begins with nearly our name by nobody's chance.
            if (Tops.FirstOrDefault(name => IsSlip(top.Key, name)) is { } meant && top.GetChildren().Any())
                errors.Add($"{top.Key} is not a known section; did you mean {meant}?");
            else if (files(null).Contains(top.Key, StringComparer.OrdinalIgnoreCase) && Elsewhere(top.Key, IsProminent) is { } place)
                errors.Add($"{top.Path} is not read at the top; it belongs below {Own}: {place}.");
        }

        return errors;
    }

    private void Walk(IConfigurationSection section, KnownKey at, List<string> errors)
    {
        foreach (var child in section.GetChildren())
        {
            if (at.Find(child.Key) is not { } key)
            {
                errors.Add(Sentence(child, at));
                continue;
            }

            if (key.Setting is null && child.Value is { Length: > 0 })
                errors.Add(HasValue(child, key));
            if (key.Named is null)
                Walk(child, key, errors);
            else if (key.Named is { Setting: null } each)
                // Of such a path all but the last part is the name.
                errors.AddRange(ConfigurationLeaves.Of(child).Where(leaf => !leaf.Path.Contains(':') || each.Find(leaf.Setting.Key) is null)
                    .Select(leaf => leaf.Path.Contains(':') ? DidYouMean.Sentence(leaf.Setting.Path, leaf.Setting.Key, each.Names) : HasValue(leaf.Setting, each)));
        }
    }

    private string Sentence(IConfigurationSection wrong, KnownKey at)
    {
        if (at.Names.Count == 0)
            return $"{wrong.Path} is not a known key; {wrong.Path[..wrong.Path.LastIndexOf(':')]} has nothing below it.";
        return DidYouMean.Nearest(wrong.Key, at.Names) is null && Elsewhere(wrong.Key, _ => true) is { } place
            ? $"{wrong.Path} is not a known key; it belongs in {place}."
            : DidYouMean.Sentence(wrong.Path, wrong.Key, at.Names);
    }

    private static string HasValue(IConfigurationSection section, KnownKey key) =>
        $"{section.Path} has a value; it is a {(key.Item is { } item ? $"list: set {section.Path}:0:{string.Join(", :", item.Names)}" : $"section with {(key.Names.Count > 0 ? string.Join(", ", key.Names) : "names of your own")}")}.";

    /// <summary>A known key of ours that ends with a name, or else with one that is nearly the same.</summary>
    private string? Elsewhere(string name, Func<(string Path, KnownKey Key), bool> isMeant)
    {
        var meant = ours.Where(isMeant).Select(key => key.Path).ToList();
        return meant.Find(path => Last(path).Equals(name, StringComparison.OrdinalIgnoreCase)) ?? meant.Find(path => IsSlip(name, Last(path)));
    }

    /// <summary>Other programs have a file of the same name, with words such as Smtp and Queue at its top, and may have it in the same directory.</summary>
    private static bool IsProminent((string Path, KnownKey Key) key) => Depth(key.Path) == 1 || (Depth(key.Path) == 2 && key.Key.Setting is not null);

    private static int Depth(string path) => path.Count(c => c == ':');

    /// <summary>One letter too many, too few, another, or two that changed places; not in a name that is short itself.</summary>
    private static bool IsSlip(string wrong, string name) =>
        name.Length >= 5 && !wrong.Equals(name, StringComparison.OrdinalIgnoreCase) && DidYouMean.Distance(wrong.ToUpperInvariant(), name.ToUpperInvariant()) == 1;

    private static string Last(string key) => key[(key.LastIndexOf(':') + 1)..];

    /// <summary>The names below a section that stand in files; none where it is not known what came from where.</summary>
    private Func<string?, IReadOnlyCollection<string>> FileKeys(IConfiguration configuration)
    {
        var files = (configuration as IConfigurationRoot)?.Providers.Where(isFile).ToList() ?? [];
        return section => [.. files.SelectMany(f => f.GetChildKeys([], section)).Distinct(StringComparer.OrdinalIgnoreCase)];
    }
}
