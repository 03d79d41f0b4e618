using System.Globalization;

namespace JobLineage.Core.Lineage.Inference;

/// <summary>A span of time as it is typed: <c>45s</c>, <c>30m</c>, <c>2h</c>, <c>1d</c>. Pure.</summary>
public static class WindowText
{
    /// <summary>How long after its root a descendant may have been inserted, unless asked otherwise.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromHours(2);

    /// <summary>The longest that may be asked for.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>The span; null when the text is none, or more than <see cref="Longest"/>.</summary>
    public static TimeSpan? Parse(string? text)
    {
        if (text is not { Length: > 1 and < 10 } || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return null;
        // So many weeks in seconds are a number without harm.
        var seconds = number * (text[^1] switch { 's' => 1L, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 });
        return seconds > 0 && seconds <= Longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    /// <summary>The text that stands for a span of whole seconds, in the largest unit that it is whole in.</summary>
    public static string Of(TimeSpan window)
    {
        var seconds = (long)window.TotalSeconds;
        var (number, unit) = seconds % 86_400 == 0 ? (seconds / 86_400, 'd') : seconds % 3600 == 0 ? (seconds / 3600, 'h') : seconds % 60 == 0 ? (seconds / 60, 'm') : (seconds, 's');
        return string.Create(CultureInfo.InvariantCulture, $"{number}{unit}");
    }

    /// <summary>What is wrong with a text that is none.</summary>
    public static string Problem(string name) => $"{name} must be a number with s, m, h or d behind it, such as 90m or 2h, and at most {Of(Longest)}.";
}
