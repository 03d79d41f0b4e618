using JobLineage.Core.Model;

namespace JobLineage.Core.Engines;

/// <summary>
/// What an engine itself calls a state. The store keeps our state alone, so that of a job of which only that is known all words are said that stand for it; the
/// job's own row tells which one it is.
/// </summary>
public static class StateWords
{
    /// <summary>All that an engine may say where we say a state, as a sentence for a tooltip; null where it says the same.</summary>
    /// <param name="mapping">How the source is read.</param>
    /// <param name="state">Our state.</param>
    public static string? Of(SourceMapping mapping, JobState state)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        var engine = Presets.Engine(mapping.Preset);
        var words = mapping.States.Where(s => s.Value == state).Select(s => Own(engine, s.Key)).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return words.Count == 0 || words is [var only] && only == Quoted(state.Name()) ? null : $"{state.Name()}: {engine?.Title ?? "the queue"} says {Joined(words)}";
    }

    /// <summary>What an engine says in a job's own row, as a sentence; null where it says the same, or nothing.</summary>
    /// <param name="mapping">How the source is read.</param>
    /// <param name="word">The mapping's word for the state, as it was read.</param>
    public static string? OfWord(SourceMapping mapping, string? word)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        var engine = Presets.Engine(mapping.Preset);
        return word is null || Own(engine, word) is not { } own || (mapping.States.TryGetValue(word, out var state) && own == Quoted(state.Name())) ? null : $"{engine?.Title ?? "The queue"} says {own}";
    }

    /// <summary>What stands in the rows where the mapping says a word; null where nothing does.</summary>
    private static string? Own(IEngine? engine, string word) => engine?.OwnWords.TryGetValue(word, out var own) == true ? own : Quoted(word);

    private static string Quoted(string word) => $"\"{word}\"";

    private static string Joined(IReadOnlyList<string> words) => words.Count < 3 ? string.Join(" or ", words) : $"{string.Join(", ", words.Take(words.Count - 1))} or {words[^1]}";
}
