using System.Globalization;
using System.Text;

namespace JobLineage.Core.Model;

/// <summary>Prints a filter as it is typed: words in a fixed order, quotes only where they are needed. Pure.</summary>
internal static class JobFilterText
{
    /// <summary>The filter; empty for all jobs.</summary>
    public static string Of(JobFilter filter)
    {
        var words = new List<string>();
        if (filter.States.Count > 0)
            words.Add($"state:{string.Join(',', filter.States.Select(state => state.Name()))}");
        Add("stage", filter.Stage);
        Add("worker", filter.Worker);
        Add("queue", filter.Queue);
        Add("below", filter.Below);
        if (filter.Ids.Count > 0)
            words.Add($"id:{string.Join(',', filter.Ids.Select(id => Value(id, ",")))}");
        foreach (var argument in filter.Args)
            words.Add($"{Path(argument.Path)}:{Value(argument.Value)}");
        if (filter.Error is { } error)
            words.Add(string.Create(CultureInfo.InvariantCulture, $"error:#{error}"));
        foreach (var text in filter.ErrorTexts)
            words.Add($"error:{(text.StartsWith('#') ? Quote(text) : Value(text))}");
        if (filter.Older is { } older)
            words.Add($"older:{JobFilterWords.Of(older)}");
        if (filter.Newer is { } newer)
            words.Add($"newer:{JobFilterWords.Of(newer)}");
        if (filter.From is { } from)
            words.Add($"from:{JobFilterWords.Of(from)}");
        // Bare texts side by side would be one.
        words.AddRange(filter.Texts is [var one] ? [Value(one)] : filter.Texts.Select(Quote));
        return string.Join(' ', words);

        void Add(string key, string? value)
        {
            if (value is not null)
                words.Add($"{key}:{Value(value)}");
        }
    }

    /// <summary>The word of an argument, without its colon.</summary>
    public static string Path(IEnumerable<string> keys) => JobFilterWords.Args + string.Concat(keys.Select(key => "." + Value(key, ".")));

    /// <summary>A value as it is typed.</summary>
    /// <param name="text">The value.</param>
    /// <param name="parting">Characters that would end it here.</param>
    public static string Value(string text, string parting = "") =>
        text.Length == 0 || text.Any(c => char.IsWhiteSpace(c) || c is ':' or '"' || parting.Contains(c)) ? Quote(text) : text;

    /// <summary>A text of somebody's as a sentence names it.</summary>
    public static string Short(string text) => text.Length <= 60 ? text : $"{TextLimit.Cut(text, 60)}…";

    /// <summary>A value in quotes.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
            quoted.Append(c is '"' or '\\' ? "\\" : "").Append(c);
        return quoted.Append('"').ToString();
    }
}
