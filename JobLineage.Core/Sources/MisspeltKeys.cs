using JobLineage.Core.Model;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Core.Sources;

/// <summary>
/// Finds keys that nobody reads, with what was probably meant: in <c>JobLineage</c> wherever they come from; in <c>ConnectionStrings</c> and at the top
/// of our own files, since other programs have variables of the same names. Pure.
/// </summary>
/// <param name="known">What is read: see <see cref="ReadsConfigurationAttribute"/>.</param>
/// <param name="isFile">Whether settings come from a file of ours.</param>
public sealed class MisspeltKeys(IReadOnlyList<string> known, Func<IConfigurationProvider, bool> isFile)
{
    private const string Own = "JobLineage";
    private const string Connections = "ConnectionStrings";

    /// <summary>What the host reads at the top; a name near one of these is misspelt.</summary>
    private static readonly string[] Tops = [Own, Connections];

    private readonly HashSet<string> exact = new(known.Select(Plain), StringComparer.OrdinalIgnoreCase);

    /// <summary>A sentence for each.</summary>
    public IReadOnlyList<string> Find(IConfiguration configuration)
    {
        var errors = new List<string>();
        Walk(configuration.GetSection(Own), errors);
        var files = FileKeys(configuration);
        foreach (var child in configuration.GetSection(Connections).GetChildren().Where(c => !IsKnown(c.Path)))
        {
            if (files(Connections).Contains(child.Key, StringComparer.OrdinalIgnoreCase) || At(Connections).Any(name => IsSlip(child.Key, name)))
                errors.Add(DidYouMean.Sentence(child.Path, child.Key, [.. At(Connections)]));
        }

        foreach (var top in configuration.GetChildren().Where(c => !Tops.Contains(c.Key, StringComparer.OrdinalIgnoreCase)))
        {
            // Two underscores make a section of a variable; that begins with nearly our name by nobody's chance.
            if (Tops.FirstOrDefault(name => IsSlip(top.Key, name)) is { } meant && top.GetChildren().Any())
                errors.Add($"{top.Key} is not a known section; did you mean {meant}?");
            else if (files(null).Contains(top.Key, StringComparer.OrdinalIgnoreCase) && Elsewhere(top.Key) is { } place)
                errors.Add($"{top.Path} is not read at the top; it belongs below {Own}: {place}.");
        }

        return errors;
    }

    private void Walk(IConfigurationSection section, List<string> errors)
    {
        foreach (var child in section.GetChildren())
        {
            if (known.Contains(child.Path + ReadsConfigurationAttribute.All, StringComparer.OrdinalIgnoreCase))
                continue;
            var isSection = exact.Any(k => k.StartsWith(child.Path + ":", StringComparison.OrdinalIgnoreCase));
            if (isSection && child.Value is { Length: > 0 } && !exact.Contains(child.Path))
                errors.Add($"{child.Path} has a value; it is a section with {string.Join(", ", At(child.Path))}.");
            else if (isSection || exact.Contains(child.Path) && !child.GetChildren().Any())
                Walk(child, errors);
            else
                errors.Add(Sentence(child));
        }
    }

    private string Sentence(IConfigurationSection wrong)
    {
        var siblings = At(wrong.Path[..wrong.Path.LastIndexOf(':')]).ToList();
        return DidYouMean.Nearest(wrong.Key, siblings) is null && Elsewhere(wrong.Key) is { } place
            ? $"{wrong.Path} is not a known key; it belongs in {place}."
            : DidYouMean.Sentence(wrong.Path, wrong.Key, siblings);
    }

    private bool IsKnown(string path) => exact.Contains(path);

    /// <summary>The names that can stand right below a section.</summary>
    private IEnumerable<string> At(string section) => exact
        .Where(k => k.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase))
        .Select(k => k[(section.Length + 1)..].Split(':')[0])
        .Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal);

    /// <summary>A known key of ours that ends with a name, or else with one that is nearly the same.</summary>
    private string? Elsewhere(string name)
    {
        var ours = exact.SelectMany(Sections).Where(k => k.StartsWith(Own + ":", StringComparison.OrdinalIgnoreCase))
            .Distinct(StringComparer.OrdinalIgnoreCase).OrderBy(k => k.Count(c => c == ':')).ThenBy(k => k, StringComparer.Ordinal).ToList();
        return ours.FirstOrDefault(k => Last(k).Equals(name, StringComparison.OrdinalIgnoreCase)) ?? ours.FirstOrDefault(k => IsSlip(name, Last(k)));
    }

    private static IEnumerable<string> Sections(string key)
    {
        var parts = key.Split(':');
        return Enumerable.Range(2, Math.Max(0, parts.Length - 1)).Select(n => string.Join(':', parts.Take(n)));
    }

    /// <summary>One letter too many, too few, another, or two that changed places; not in a name that is short itself.</summary>
    private static bool IsSlip(string wrong, string name) =>
        name.Length >= 5 && !wrong.Equals(name, StringComparison.OrdinalIgnoreCase) && DidYouMean.Distance(wrong.ToUpperInvariant(), name.ToUpperInvariant()) == 1;

    private static string Last(string key) => key[(key.LastIndexOf(':') + 1)..];

    private static string Plain(string key) => key.EndsWith(ReadsConfigurationAttribute.All, StringComparison.Ordinal) ? key[..^ReadsConfigurationAttribute.All.Length] : key;

    /// <summary>The names below a section that stand in files; none where it is not known what came from where.</summary>
    private Func<string?, IReadOnlyCollection<string>> FileKeys(IConfiguration configuration)
    {
        var files = (configuration as IConfigurationRoot)?.Providers.Where(isFile).ToList() ?? [];
        return section => [.. files.SelectMany(f => f.GetChildKeys([], section)).Distinct(StringComparer.OrdinalIgnoreCase)];
    }
}
