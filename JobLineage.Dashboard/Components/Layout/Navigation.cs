using JobLineage.Dashboard.Components.Shared;
using Microsoft.AspNetCore.Components.Routing;

namespace JobLineage.Dashboard.Components.Layout;

/// <summary>A page that can be gone to from everywhere.</summary>
/// <param name="Href">Its address, relative to the base.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Glyph">Its drawing.</param>
/// <param name="Match">Which addresses are said to be it.</param>
/// <param name="Says">What is there, for those who look for it.</param>
public sealed record NavigationPage(string Href, string Name, string Glyph, NavLinkMatch Match, string Says);

/// <summary>The pages of the bar, of the drawer and of the search.</summary>
public static class Navigation
{
    /// <summary>In the order in which they stand.</summary>
    public static IReadOnlyList<NavigationPage> Pages { get; } =
    [
        new("./", "Runs", Glyphs.Graph, NavLinkMatch.All, "all runs, and what needs attention"),
        new("pipelines", "Pipelines", Glyphs.Timeline, NavLinkMatch.Prefix, "all pipelines, with how long they usually take and what their last runs did"),
        new("queues", "Queues", Glyphs.Hourglass, NavLinkMatch.Prefix, "what waits and runs in each queue, and what is paused"),
        new("digests", "Digests", Glyphs.Mail, NavLinkMatch.Prefix, "which failures were reported, and mutes"),
        new("sources", "Sources", Glyphs.List, NavLinkMatch.Prefix, "the queues that are read, and how"),
        new("about", "About", Glyphs.Circle, NavLinkMatch.All, "the version, and the documentation"),
    ];
}
