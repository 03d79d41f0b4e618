using System.Globalization;
using System.Text;
using MudBlazor;
using MudBlazor.Utilities;

namespace JobLineage.Dashboard.Components.Shared;

/// <summary>
/// The look of MudBlazor's components, made of <see cref="Palette"/>. It is written into <c>wwwroot/theme.css</c> once, in light and dark: MudBlazor's own
/// provider writes one of both after the first rendering, and a page that is to be dark would be light until then. A test says when the file is not what this makes.
/// </summary>
public static class Theme
{
    private const string Sans = "system-ui, -apple-system, \"Segoe UI\", Roboto, \"Noto Sans\", \"DejaVu Sans\", sans-serif";

    // The sizes of letters that MudBlazor's styles name, in pixels, with their weight.
    private static readonly (string Name, int Size, int Weight)[] Letters =
    [
        ("default", 14, 400), ("body1", 14, 400), ("body2", 14, 400), ("subtitle1", 14, 400), ("subtitle2", 13, 600), ("button", 14, 500), ("caption", 12, 400),
        ("overline", 12, 400), ("h1", 21, 650), ("h2", 17, 650), ("h3", 16, 650), ("h4", 17, 650), ("h5", 15, 650), ("h6", 15, 650),
    ];

    // Which colour MudBlazor's names stand for.
    private static readonly (string Mud, string Ours)[] Names =
    [
        ("primary", "accent"), ("info", "state-executing"), ("success", "state-completed"), ("warning", "state-retryable"), ("error", "state-discarded"),
    ];

    /// <summary>The theme of all components.</summary>
    public static MudTheme Mud { get; } = new()
    {
        PaletteLight = Fill(new PaletteLight(), colour => colour.Light),
        PaletteDark = Fill(new PaletteDark(), colour => colour.Dark),
        LayoutProperties = new() { DefaultBorderRadius = "6px", AppbarHeight = "48px", DrawerWidthLeft = "248px", DrawerWidthRight = "400px" },
        ZIndex = new() { AppBar = 5, Drawer = 40, Popover = 60, Dialog = 50, Snackbar = 70, Tooltip = 80 },
    };

    /// <summary>The style sheet.</summary>
    public static string Css
    {
        get
        {
            var css = new StringBuilder("/* Made of Palette.cs and Theme.cs: what the pages' colours are, in light and dark, and what MudBlazor's components make of them. */\n:root {\n  color-scheme: light dark;\n");
            foreach (var colour in Palette.All)
                css.Append(CultureInfo.InvariantCulture, $"  --{colour.Name}: light-dark({colour.Light}, {colour.Dark});\n");
            css.Append('\n');
            foreach (var (name, light, dark) in Colours(Mud.PaletteLight).Zip(Colours(Mud.PaletteDark), (l, d) => (l.Name, l.Colour, d.Colour)))
                css.Append(CultureInfo.InvariantCulture, $"  --mud-palette-{name}: {Pair(light, dark)};\n");
            foreach (var (name, value) in Rest())
                css.Append(CultureInfo.InvariantCulture, $"  --mud-{name}: {value};\n");
            // Three numbers, which light-dark() can't choose between.
            css.Append(Numbers(Mud.PaletteLight, "  ")).Append("}\n\n");
            css.Append("@media (prefers-color-scheme: dark) {\n  :root:not([data-theme=\"light\"]) {\n").Append(Numbers(Mud.PaletteDark, "    ")).Append("  }\n}\n\n");
            css.Append(":root[data-theme=\"light\"] { color-scheme: light; }\n");
            css.Append(":root[data-theme=\"dark\"] {\n  color-scheme: dark;\n").Append(Numbers(Mud.PaletteDark, "  ")).Append("}\n");
            return css.ToString();
        }
    }

    private static T Fill<T>(T palette, Func<Colour, string> of)
        where T : MudBlazor.Palette
    {
        MudColor Get(string name) => new(of(Palette.Of(name)));
        (palette.Primary, palette.Info, palette.Success, palette.Warning, palette.Error) =
            (Get("accent"), Get("state-executing"), Get("state-completed"), Get("state-retryable"), Get("state-discarded"));
        palette.PrimaryContrastText = palette.InfoContrastText = palette.SuccessContrastText = palette.WarningContrastText = palette.ErrorContrastText = Get("on-look");
        (palette.TextPrimary, palette.TextSecondary, palette.TextDisabled) = (Get("text"), Get("muted"), Get("muted"));
        (palette.ActionDefault, palette.ActionDisabled, palette.ActionDisabledBackground) = (Get("muted"), Get("line-strong"), Get("raised"));
        (palette.Background, palette.BackgroundGray, palette.Surface) = (Get("bg"), Get("raised"), Get("surface"));
        (palette.DrawerBackground, palette.DrawerText, palette.DrawerIcon) = (Get("surface"), Get("text"), Get("muted"));
        (palette.AppbarBackground, palette.AppbarText) = (Get("surface"), Get("text"));
        (palette.LinesDefault, palette.LinesInputs, palette.TableLines, palette.Divider, palette.DividerLight) =
            (Get("line"), Get("line-strong"), Get("line"), Get("line"), Get("line"));
        (palette.TableHover, palette.TableStriped, palette.Skeleton) = (Get("raised"), Get("raised"), Get("line"));
        return palette;
    }

    private static IEnumerable<(string Name, MudColor Colour)> Colours(MudBlazor.Palette palette) =>
    [
        ("primary", palette.Primary), ("primary-text", palette.PrimaryContrastText), ("primary-darken", palette.Primary), ("primary-lighten", palette.Primary),
        ("info", palette.Info), ("info-text", palette.InfoContrastText), ("info-darken", palette.Info), ("info-lighten", palette.Info),
        ("success", palette.Success), ("success-text", palette.SuccessContrastText), ("success-darken", palette.Success), ("success-lighten", palette.Success),
        ("warning", palette.Warning), ("warning-text", palette.WarningContrastText), ("warning-darken", palette.Warning), ("warning-lighten", palette.Warning),
        ("error", palette.Error), ("error-text", palette.ErrorContrastText), ("error-darken", palette.Error), ("error-lighten", palette.Error),
        ("text-primary", palette.TextPrimary), ("text-secondary", palette.TextSecondary), ("text-disabled", palette.TextDisabled),
        ("action-default", palette.ActionDefault), ("action-disabled", palette.ActionDisabled), ("action-disabled-background", palette.ActionDisabledBackground),
        ("background", palette.Background), ("background-gray", palette.BackgroundGray), ("surface", palette.Surface),
        ("drawer-background", palette.DrawerBackground), ("drawer-text", palette.DrawerText), ("drawer-icon", palette.DrawerIcon),
        ("appbar-background", palette.AppbarBackground), ("appbar-text", palette.AppbarText),
        ("lines-default", palette.LinesDefault), ("lines-inputs", palette.LinesInputs), ("table-lines", palette.TableLines), ("table-hover", palette.TableHover),
        ("table-striped", palette.TableStriped), ("divider", palette.Divider), ("divider-light", palette.DividerLight), ("skeleton", palette.Skeleton),
    ];

    private static IEnumerable<(string Name, string Value)> Rest()
    {
        foreach (var (mud, ours) in Names)
            yield return ($"palette-{mud}-hover", $"color-mix(in srgb, var(--{ours}) 10%, transparent)");
        yield return ("palette-action-default-hover", "color-mix(in srgb, var(--text) 6%, transparent)");
        yield return ("palette-border-opacity", "1");
        yield return ("palette-overlay-dark", "rgb(0 0 0 / .35)");
        yield return ("palette-overlay-light", "rgb(0 0 0 / .2)");
        yield return ("palette-white", "#ffffff");
        yield return ("palette-black", "#000000");
        yield return ("ripple-color", "currentColor");
        yield return ("ripple-opacity", "0");
        yield return ("ripple-opacity-secondary", "0");
        var layout = Mud.LayoutProperties;
        yield return ("default-borderradius", layout.DefaultBorderRadius);
        yield return ("appbar-height", layout.AppbarHeight);
        yield return ("drawer-width-left", layout.DrawerWidthLeft);
        yield return ("drawer-width-right", layout.DrawerWidthRight);
        var (z, number) = (Mud.ZIndex, CultureInfo.InvariantCulture);
        foreach (var (name, value) in ((string, int)[])[("drawer", z.Drawer), ("appbar", z.AppBar), ("dialog", z.Dialog), ("popover", z.Popover), ("snackbar", z.Snackbar), ("tooltip", z.Tooltip), ("select", z.Popover)])
            yield return ($"zindex-{name}", value.ToString(number));
        foreach (var height in (int[])[0, 1, 2, 4, 6, 8, 16, 24, 25])
            yield return ($"elevation-{height}", height == 0 ? "none" : height < 4 ? "0 1px 4px rgb(0 0 0 / .18)" : "0 8px 28px rgb(0 0 0 / .26)");
        foreach (var (name, size, weight) in Letters)
        {
            yield return ($"typography-{name}-family", name == "default" ? Sans : "var(--mud-typography-default-family)");
            yield return ($"typography-{name}-size", $"{size}px");
            yield return ($"typography-{name}-weight", weight.ToString(number));
            yield return ($"typography-{name}-lineheight", "1.45");
            yield return ($"typography-{name}-letterspacing", "normal");
            yield return ($"typography-{name}-text-transform", "none");
        }
    }

    private static string Numbers(MudBlazor.Palette palette, string indent)
    {
        string Line(string name, MudColor colour) => string.Create(CultureInfo.InvariantCulture, $"{indent}--mud-palette-{name}-rgb: {colour.R}, {colour.G}, {colour.B};\n");
        return Line("primary", palette.Primary) + Line("info", palette.Info) + Line("success", palette.Success) + Line("warning", palette.Warning) + Line("error", palette.Error)
            + Line("text-primary", palette.TextPrimary) + Line("divider", palette.Divider);
    }

    private static string Pair(MudColor light, MudColor dark) => $"light-dark({Hex(light)}, {Hex(dark)})";

    private static string Hex(MudColor colour) => string.Create(CultureInfo.InvariantCulture, $"#{colour.R:x2}{colour.G:x2}{colour.B:x2}");
}
