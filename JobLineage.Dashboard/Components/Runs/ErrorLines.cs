using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Runs;

/// <summary>What stands for each kind of error in a list: a message as it was written. Pure.</summary>
public static class ErrorLines
{
    /// <summary>The kinds with their lines; no two lines are the same.</summary>
    public static IReadOnlyList<(ErrorGroup Group, string Line)> Of(IReadOnlyList<ErrorGroup> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var lines = groups.Select(group => Show.Error(First(group.Message ?? group.Text))).ToList();
        // Without the words that the engine puts around them, messages of different workers may be the same.
        var alike = lines.GroupBy(line => line, StringComparer.Ordinal).Where(same => same.Skip(1).Any()).Select(same => same.Key).ToHashSet(StringComparer.Ordinal);
        return [.. groups.Select((group, place) => (group, alike.Contains(lines[place]) ? First(group.Message is null ? group.Text : group.Message) : lines[place]))];
    }

    private static string First(string message)
    {
        var text = message.TrimStart();
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? text : text[..end];
    }
}
