namespace JobLineage.Core.Graph;

/// <summary>The sizes a layout works with, in pixels at zoom 1. All nodes are of one size, whatever they show.</summary>
public sealed record GraphStyle
{
    /// <summary>The sizes the dashboard draws with.</summary>
    public static GraphStyle Default { get; } = new();

    /// <summary>Width of a node.</summary>
    public double NodeWidth { get; init; } = 280;

    /// <summary>Height of a node.</summary>
    public double NodeHeight { get; init; } = 92;

    /// <summary>Between two layers: room for the vertical part of edges and for their labels.</summary>
    public double LayerGap { get; init; } = 118;

    /// <summary>Between two nodes of a layer: room for the line under a closed node, and for the next one's loop and its label.</summary>
    public double RowGap { get; init; } = 44;

    /// <summary>Above the first node: room for a loop to itself.</summary>
    public double LoopHeight { get; init; } = 18;

    /// <summary>Height of the line under a closed node that says what it hides.</summary>
    public double HiddenHeight { get; init; } = 24;

    /// <summary>The height that an edge takes where it passes a layer.</summary>
    public double PassHeight { get; init; } = 10;

    /// <summary>Around everything.</summary>
    public double Margin { get; init; } = 24;

    /// <summary>Between two parallel lines.</summary>
    public double Track { get; init; } = 9;
}
