namespace JobLineage.Dashboard.Components.Canvas;

/// <summary>What of a diagram is drawn together, beneath the layers after it, and is one thing to who hears it.</summary>
/// <param name="Css">Its class.</param>
/// <param name="Model">The models that are drawn in it.</param>
/// <param name="Role">Its role for assistive technology; the library knows none.</param>
/// <param name="Label">Its name there.</param>
/// <param name="IsOptional">Whether it goes when nothing is in it.</param>
public sealed record GraphLayer(string Css, Type Model, string? Role = null, string? Label = null, bool IsOptional = false);
