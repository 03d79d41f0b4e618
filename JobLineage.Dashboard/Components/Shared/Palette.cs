namespace JobLineage.Dashboard.Components.Shared;

/// <summary>A colour by its name in styles, in light and in dark.</summary>
/// <param name="Name">The property without its hyphens: <c>state-completed</c>.</param>
/// <param name="Light">On light ground, as <c>#rrggbb</c>.</param>
/// <param name="Dark">On dark ground.</param>
public sealed record Colour(string Name, string Light, string Dark);

/// <summary>
/// The colours of all pages, and the one place where they stand: <see cref="Theme"/> makes MudBlazor's theme and <c>theme.css</c> of it.
/// The colours of states are named by <see cref="StateLook"/>.
/// </summary>
public static class Palette
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Colour> All { get; } =
    [
        new("bg", "#f5f6f8", "#0e131a"),
        new("surface", "#ffffff", "#151c25"),
        new("raised", "#fafbfc", "#1b2430"),
        new("selected", "#e9f1fc", "#1d3048"),
        new("text", "#1a222d", "#e3e8ef"),
        new("muted", "#556070", "#9ba8b9"),
        new("line", "#dde2e8", "#293443"),
        new("line-strong", "#b4bdc9", "#465468"),
        new("edge", "#8490a0", "#64748b"),
        new("accent", "#2060b4", "#78b0ff"),
        new("state-available", "#856200", "#dfbf4d"),
        new("state-scheduled", "#6a4fc0", "#b7a2f7"),
        new("state-suspended", "#8c4a80", "#dc9fd0"),
        new("state-executing", "#1f6bc4", "#66b0ff"),
        new("state-retryable", "#b04a00", "#ff9d4d"),
        new("state-completed", "#17795a", "#4fc795"),
        new("state-discarded", "#bf2222", "#ff7a70"),
        new("state-cancelled", "#5d6877", "#98a5b5"),
        new("on-look", "#ffffff", "#0e131a"),
    ];

    /// <summary>The colour of a name.</summary>
    /// <exception cref="ArgumentException">There is none of it.</exception>
    public static Colour Of(string name) => All.FirstOrDefault(colour => colour.Name == name) ?? throw new ArgumentException($"There is no colour '{name}'.", nameof(name));
}
