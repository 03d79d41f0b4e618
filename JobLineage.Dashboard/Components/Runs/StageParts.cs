namespace JobLineage.Dashboard.Components.Runs;

/// <summary>The parts of what is shown of a chosen stage.</summary>
public static class StageParts
{
    /// <summary>How its jobs failed.</summary>
    public const string Errors = "errors";

    /// <summary>How long its jobs take, and at what pace.</summary>
    public const string Timing = "timing";

    /// <summary>Some of its jobs.</summary>
    public const string Jobs = "jobs";

    /// <summary>All of them with their names; null is the overview.</summary>
    public static IReadOnlyList<(string? Part, string Name)> All { get; } = [(null, "Overview"), (Jobs, "Jobs"), (Errors, "Errors"), (Timing, "Timing")];

    /// <summary>The part of a name in an address; null for any other.</summary>
    public static string? Named(string? name) => All.FirstOrDefault(part => part.Part == name).Part;
}
