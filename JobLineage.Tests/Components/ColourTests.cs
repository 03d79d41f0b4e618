using System.Globalization;
using System.Text.RegularExpressions;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Tests.Components;

/// <summary>Reads theme.css as it is served: what is legible is decided there.</summary>
public sealed partial class ColourTests
{
    private static readonly Dictionary<string, (string Light, string Dark)> Colours = Pairs()
        .Matches(File.ReadAllText(Path.Combine(Repository(), "JobLineage.Dashboard", "wwwroot", "theme.css")))
        .ToDictionary(match => match.Groups[1].Value, match => (match.Groups[2].Value, match.Groups[3].Value));

    [Fact]
    public void Every_state_has_a_colour_of_its_own_a_label_and_an_icon()
    {
        Assert.All(StateLook.Jobs, look => Assert.Contains(look.Css, Colours.Keys));
        Assert.Equal(StateLook.Jobs.Count, StateLook.Jobs.Select(look => look.Icon).Distinct().Count());
        Assert.Equal(StateLook.Jobs.Count, StateLook.Jobs.Select(look => Colours[look.Css]).Distinct().Count());
    }

    [Fact]
    public void Text_is_legible_in_light_and_dark()
    {
        string[] texts = ["text", "muted", "accent", .. StateLook.Jobs.Select(look => look.Css)];
        foreach (var text in texts)
        {
            foreach (var ground in (string[])["bg", "surface", "raised"])
                AssertContrast(text, ground, 4.5);
        }

        AssertContrast("text", "selected", 4.5);
        AssertContrast("muted", "selected", 4.5);
        foreach (var look in StateLook.Jobs)
            AssertContrast("on-look", look.Css, 4.5);
        AssertContrast("edge", "surface", 3);
    }

    private static void AssertContrast(string one, string other, double least)
    {
        var (a, b) = (Colours[one], Colours[other]);
        Assert.True(Contrast(a.Light, b.Light) >= least, $"--{one} on --{other}, light: {Contrast(a.Light, b.Light):0.00}");
        Assert.True(Contrast(a.Dark, b.Dark) >= least, $"--{one} on --{other}, dark: {Contrast(a.Dark, b.Dark):0.00}");
    }

    // WCAG 2.2, contrast ratio.
    private static double Contrast(string a, string b)
    {
        var (x, y) = (Luminance(a), Luminance(b));
        return (Math.Max(x, y) + 0.05) / (Math.Min(x, y) + 0.05);
    }

    private static double Luminance(string hex)
    {
        double Part(int at)
        {
            var c = int.Parse(hex.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4);
        }

        return 0.2126 * Part(0) + 0.7152 * Part(2) + 0.0722 * Part(4);
    }

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "JobLineage.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("JobLineage.sln is not above the tests.");
        return folder;
    }

    [GeneratedRegex(@"--([\w-]+): light-dark\(#([0-9a-f]{6}), #([0-9a-f]{6})\)")]
    private static partial Regex Pairs();
}
