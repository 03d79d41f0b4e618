namespace JobLineage.Dashboard.Components.Docs;

/// <summary>A page of the documentation.</summary>
/// <param name="Name">Its path below <c>docs</c>, without an ending: <c>engines/oban</c>.</param>
/// <param name="Title">Its first heading.</param>
/// <param name="Html">What it says, safe to be put into a page.</param>
/// <param name="Anchors">The ids of its headings.</param>
public sealed record DocPage(string Name, string Title, string Html, IReadOnlyList<string> Anchors);
