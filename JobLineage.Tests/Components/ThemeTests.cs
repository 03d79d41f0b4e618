using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Tests.Components;

/// <summary>The style sheet that is served is the one that the table of colours makes.</summary>
public sealed class ThemeTests
{
    private static readonly string Sheet = Path.Combine(Repository(), "JobLineage.Dashboard", "wwwroot", "theme.css");

    [Fact]
    public void The_sheet_of_colours_is_what_the_theme_makes()
    {
        if (Environment.GetEnvironmentVariable("JOBLINEAGE_WRITE_THEME") is not null)
            File.WriteAllText(Sheet, Theme.Css);
        Assert.True(Theme.Css == File.ReadAllText(Sheet), "wwwroot/theme.css is not what Theme.cs makes; JOBLINEAGE_WRITE_THEME=1 dotnet test --filter ThemeTests writes it.");
    }

    [Fact]
    public void Each_state_looks_the_same_in_our_parts_and_in_MudBlazors()
    {
        Assert.Equal(Palette.Of("state-discarded").Light, Hex(Theme.Mud.PaletteLight.Error));
        Assert.Equal(Palette.Of("state-discarded").Dark, Hex(Theme.Mud.PaletteDark.Error));
        Assert.Equal(Palette.Of("state-completed").Dark, Hex(Theme.Mud.PaletteDark.Success));
        Assert.All(StateLook.Jobs, look => Assert.NotNull(Palette.Of(look.Css)));
    }

    private static string Hex(MudBlazor.Utilities.MudColor colour) => $"#{colour.R:x2}{colour.G:x2}{colour.B:x2}";

    internal static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "JobLineage.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("JobLineage.sln is not above the tests.");
        return folder;
    }
}
