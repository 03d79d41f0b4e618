using System.Globalization;

namespace JobLineage.Core.Engines;

/// <summary>What is said of the version that an engine keeps in the database.</summary>
internal static class EngineVersion
{
    /// <summary>An unknown version is said, and read as the newest known one is, without what it lacks.</summary>
    /// <param name="title">The engine, as people write it.</param>
    /// <param name="what">What it counts: <c>schema version</c>.</param>
    /// <param name="version">What was found; null for nothing.</param>
    /// <param name="newest">The newest that is known here.</param>
    public static Check Judge(string title, string what, string? version, int newest) => int.TryParse(version, CultureInfo.InvariantCulture, out var number) && number <= newest
        ? new(CheckLevel.Good, title, $"{title}'s {what} is {number}.")
        : new(CheckLevel.Advice, title, $"{title}'s {what} is {version ?? "not said"}; {what}s up to {newest} are known here. It is read as they are.");
}
