using System.Globalization;
using JobLineage.Core.Model;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Core.Sources;

/// <summary>Reads how long runs are kept: <c>JobLineage:History:KeepRuns</c>, and <c>KeepRuns</c> of a source.</summary>
[ReadsConfiguration("JobLineage:History:**", "JobLineage:History:KeepRuns")]
internal static class KeepRuns
{
    /// <summary>The key, everywhere.</summary>
    public const string Key = "KeepRuns";

    /// <summary>How long they are kept when nothing is said.</summary>
    public static readonly TimeSpan Otherwise = TimeSpan.FromDays(14);

    private const string Forever = "forever";

    // A run is old only when it is known that its queue has pruned it, which may take a reconciliation.
    private static readonly TimeSpan Shortest = TimeSpan.FromHours(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    /// <summary>What is said for all sources; null for ever.</summary>
    public static TimeSpan? ReadAll(IConfiguration configuration, List<string> errors)
    {
        var history = configuration.GetSection("JobLineage:History");
        foreach (var child in history.GetChildren().Where(c => !c.Key.Equals(Key, StringComparison.OrdinalIgnoreCase)))
            errors.Add(DidYouMean.Sentence(child.Path, child.Key, [Key]));
        return Read(history, Otherwise, errors);
    }

    /// <summary>What a section says; null for ever.</summary>
    /// <param name="section">The section.</param>
    /// <param name="otherwise">What holds where it says nothing.</param>
    /// <param name="errors">Gets a sentence when it says something else.</param>
    public static TimeSpan? Read(IConfigurationSection section, TimeSpan? otherwise, List<string> errors)
    {
        if (section[Key] is not { } text)
            return otherwise;
        if (text.Trim().Equals(Forever, StringComparison.OrdinalIgnoreCase))
            return null;
        // A plain number would be read as days, which not everybody means.
        if (text.Contains(':') && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var keep) && keep >= Shortest && keep <= Longest)
            return keep;
        errors.Add($"{section.Path}:{Key} is '{text}'; write a duration of at least an hour, such as 14.00:00:00 (14 days), or {Forever}.");
        return otherwise;
    }
}
