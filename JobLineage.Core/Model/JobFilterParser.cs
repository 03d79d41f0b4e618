using System.Globalization;
using System.Text;

namespace JobLineage.Core.Model;

/// <summary>
/// Reads a filter from left to right, each character once, and stops at the first thing that is wrong: a word that was passed over would make the
/// list lie. Never throws. Pure.
/// </summary>
internal sealed class JobFilterParser
{
    private readonly string text;
    private JobFilter filter = JobFilter.All;
    private JobFilterProblem? problem;
    private int at;

    private JobFilterParser(string text) => this.text = text;

    /// <summary>The filter, or what is wrong with the text.</summary>
    public static JobFilterReading Parse(string text)
    {
        if (text.Length > JobFilter.LongestText)
            return new(JobFilter.All, new(string.Create(CultureInfo.InvariantCulture, $"A filter may have {JobFilter.LongestText:N0} characters at most; this has {text.Length:N0}.")));
        if (Unstorable(text) is var place and >= 0)
            return new(JobFilter.All, new("There is a character that no database can hold: a NUL, or half of a pair.", place + 1));
        return new JobFilterParser(text).Read();
    }

    private static int Unstorable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0' || char.IsLowSurrogate(text[i]))
                return i;
            if (char.IsHighSurrogate(text[i]) && (++i == text.Length || !char.IsLowSurrogate(text[i])))
                return i - 1;
        }

        return -1;
    }

    private JobFilterReading Read()
    {
        while (problem is null)
        {
            SkipBlanks();
            if (at == text.Length)
                return new(filter);
            var start = at;
            if (text[at] == '"')
            {
                if (Quoted() is { } quoted && EndsHere(start))
                    Add(new() { Texts = [quoted] }, start);
            }
            else if (ArgsPath() is { } path)
            {
                if (problem is null && Value(JobFilterText.Path(path), start) is { } value)
                    Add(new() { Args = [new(path, value)] }, start);
            }
            else if (problem is null)
            {
                Word(start);
            }
        }

        return new(JobFilter.All, problem);
    }

    /// <summary>A word with a value, or bare words: those that stand together are looked for together.</summary>
    private void Word(int start)
    {
        var end = at;
        while (true)
        {
            var from = at;
            while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] is not (':' or '"'))
                at++;
            if (at < text.Length && text[at] == '"' && at > from)
            {
                Refuse("A quote stands at the beginning of a text or of a value; put the whole text in quotes, and write \\\" for a quote in it.", at, Rest(from));
                return;
            }

            if (at < text.Length && text[at] == ':')
            {
                if (from > start)
                {
                    // What stands before is a text of its own.
                    at = from;
                    break;
                }

                at++;
                Keyed(text[from..(at - 1)], from);
                return;
            }

            if (at > from)
                end = at;
            SkipBlanks();
            if (at == text.Length || text[at] == '"' || at == from || BeginsArgs())
                break;
        }

        Add(new() { Texts = [text[start..end]] }, start);
    }

    private void Keyed(string key, int start)
    {
        switch (key.ToLowerInvariant())
        {
            case "state":
                States(start);
                break;
            case "stage":
                Add(One(key, start) is { } stage ? new() { Stage = stage } : null, start);
                break;
            case "worker":
                Add(One(key, start) is { } worker ? new() { Worker = worker } : null, start);
                break;
            case "queue":
                Add(Value(key, start) is { } queue ? new() { Queue = queue } : null, start);
                break;
            case "below":
                Add(One(key, start) is { } below ? new() { Below = below } : null, start);
                break;
            case "id":
                Add(Values(key, start) is { } ids ? new() { Ids = [.. ids.Select(id => id.Text)] } : null, start);
                break;
            case "error":
                Error(start);
                break;
            case "older":
                Add(Span(key, start) is { } older ? new() { Older = older } : null, start);
                break;
            case "newer":
                Add(Span(key, start) is { } newer ? new() { Newer = newer } : null, start);
                break;
            default:
                Unknown(key, start);
                break;
        }
    }

    private void Unknown(string key, int start)
    {
        var quoted = Rest(start);
        if (key.Equals(JobFilterWords.Args, StringComparison.OrdinalIgnoreCase))
        {
            Refuse("An argument is named by its key: args.KEY:VALUE, as in args.source_id:13.", start, quoted);
            return;
        }

        // Of one or two letters anything is near.
        var near = key.Length is < 3 or > 40 ? null : DidYouMean.Nearest(key, JobFilterWords.All.Where(word => word.Key != JobFilterWords.Args).Select(word => word.Key));
        var sentence = key.Length == 0
            ? "There is nothing before the colon"
            : $"'{Short(key)}:' is no word of a filter";
        var isName = key.Length is > 0 and <= 40 && key.All(c => char.IsLetterOrDigit(c) || c is '_' or '-');
        Refuse(
            near is not null
                ? $"{sentence}; did you mean {near}:? A text with a colon is found in quotes."
                : $"{sentence}. The words are {JobFilterWords.Listed}; {(isName ? $"an argument is args.{key}:, and " : "")}a text with a colon is found in quotes: {JobFilterText.Quote(Short(Run(start)))}",
            start, near is not null ? $"{text[..start]}{near}{text[(start + key.Length)..]}" : quoted);
    }

    private void States(int start)
    {
        if (Values("state", start) is not { } words)
            return;
        var states = new List<JobState>();
        foreach (var (word, place) in words)
        {
            if (!JobStates.TryParse(word, out var state))
            {
                var names = JobStates.All.Select(known => known.Name()).ToList();
                var near = word.Length > 40 ? null : DidYouMean.Nearest(word, names);
                Refuse($"'{Short(word)}' is no state; {(near is null ? "" : $"did you mean {near}? ")}{(near is null ? "t" : "T")}he states are {string.Join(", ", names)}.", place);
                return;
            }

            states.Add(state);
        }

        Add(new() { States = states }, start);
    }

    private void Error(int start)
    {
        var from = at;
        if (at < text.Length && text[at] == '#')
        {
            if (Value("error", start) is not { } number)
                return;
            if (int.TryParse(number.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var error) && error > 0)
                Add(new() { Error = error }, start);
            else
                Refuse($"An error is named by its number, as in error:#17, or by its text; the text itself is found in quotes: error:{JobFilterText.Quote(Short(number))}.", from);
            return;
        }

        Add(One("error", start) is { } said ? new() { ErrorTexts = [said] } : null, start);
    }

    private TimeSpan? Span(string key, int start)
    {
        var from = at;
        if (Value(key, start) is not { } said)
            return null;
        if (JobFilterWords.Span(said) is { } span)
            return span;
        Refuse($"'{Short(said)}' is no span; {key.ToLowerInvariant()}: takes a whole number with s, m, h, d or w, as in 30s, 5m, 2h, 7d or 1w, and ten years at most.", from);
        return null;
    }

    /// <summary>The keys of an argument's path, with the place behind its colon; null where none begins here.</summary>
    private List<string>? ArgsPath()
    {
        if (!BeginsArgs())
            return null;
        var (start, keys, wasQuoted) = (at, new List<string>(), false);
        at += JobFilterWords.Args.Length;
        while (at < text.Length && text[at] == '.')
        {
            var from = ++at;
            if (at < text.Length && text[at] == '"')
            {
                wasQuoted = true;
                if (Quoted() is not { } quoted)
                    return keys;
                keys.Add(quoted);
            }
            else
            {
                while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] is not ('.' or ':' or '"'))
                    at++;
                keys.Add(text[from..at]);
            }

            if (keys[^1].Length == 0 && !wasQuoted)
                break;
        }

        if (at < text.Length && text[at] == ':' && keys.TrueForAll(key => key.Length > 0))
        {
            at++;
            if (keys.Count > JobArgument.Deepest)
                Refuse($"The path of an argument may have {JobArgument.Deepest} keys at most.", start);
            return keys;
        }

        if (wasQuoted || (at < text.Length && text[at] == ':'))
        {
            Refuse("The path of an argument is args., then its keys with dots between them, then a colon and the value: args.venue.id:7.", start, Rest(start));
            return keys;
        }

        // No colon follows: it is a text like any other.
        at = start;
        return null;
    }

    private bool BeginsArgs()
    {
        // A colon must follow before the blank: without one it is a bare word, and bare words are read elsewhere.
        if (string.Compare(text, at, JobFilterWords.Args + ".", 0, JobFilterWords.Args.Length + 1, StringComparison.OrdinalIgnoreCase) != 0)
            return false;
        for (var i = at; i < text.Length && !char.IsWhiteSpace(text[i]); i++)
        {
            if (text[i] is ':' or '"')
                return true;
        }

        return false;
    }

    /// <summary>A value that must not be empty.</summary>
    private string? One(string key, int start)
    {
        var from = at;
        var value = Value(key, start);
        if (value is not { Length: 0 })
            return value;
        Refuse($"{key.ToLowerInvariant()}: needs a value.", from);
        return null;
    }

    /// <summary>A value; null when it was refused.</summary>
    private string? Value(string key, int start)
    {
        var value = Item(key, start, parting: null);
        return value is not null && EndsHere(start) ? value : null;
    }

    /// <summary>Values with commas between them; null when they were refused.</summary>
    private List<(string Text, int At)>? Values(string key, int start)
    {
        var values = new List<(string, int)>();
        while (true)
        {
            var from = at;
            if (Item(key, start, parting: ',') is not { } value)
                return null;
            if (value.Length == 0)
            {
                Refuse($"{key.ToLowerInvariant()}: needs a value{(values.Count > 0 ? " behind the comma" : "")}.", from);
                return null;
            }

            values.Add((value, from));
            if (values.Count > JobFilter.MostIds)
            {
                Refuse($"A filter may name {JobFilter.MostIds} ids at most.", from);
                return null;
            }

            if (at < text.Length && text[at] == ',')
                at++;
            else
                return EndsHere(start) ? values : null;
        }
    }

    private string? Item(string key, int start, char? parting)
    {
        if (at < text.Length && text[at] == '"')
            return Quoted();
        var from = at;
        while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] is not (':' or '"') && text[at] != parting)
            at++;
        if (at < text.Length && text[at] is ':' or '"')
        {
            var value = Run(from);
            Refuse($"A value with a {(text[at] == ':' ? "colon" : "quote")} is put in quotes: {key}:{JobFilterText.Quote(Short(value))}.", at, $"{text[..from]}{JobFilterText.Quote(value)}{text[(from + value.Length)..]}");
            return null;
        }

        if (at > from)
            return text[from..at];
        Refuse($"{key}: needs a value{(at > start && text[at - 1] == ',' ? " behind the comma" : "")}.", from);
        return null;
    }

    /// <summary>What stands in quotes, from the quote on; null when they do not close.</summary>
    private string? Quoted()
    {
        var start = at++;
        var value = new StringBuilder();
        while (at < text.Length)
        {
            var c = text[at++];
            if (c == '"')
                return value.ToString();
            if (c == '\\' && at < text.Length && text[at] is '"' or '\\')
                c = text[at++];
            value.Append(c);
        }

        Refuse("The quote that begins here does not end.", start, $"{text}\"");
        return null;
    }

    /// <summary>Whether a blank, or the end, follows.</summary>
    private bool EndsHere(int start)
    {
        if (at == text.Length || char.IsWhiteSpace(text[at]))
            return true;
        Refuse("A blank belongs behind the quote; a quote within a text is written \\\".", at, Rest(start));
        return false;
    }

    private void Add(JobFilter? more, int start)
    {
        if (more is null || problem is not null)
            return;
        var both = filter.And(more);
        if (both.Problem is { } twice)
            problem = twice with { At = start + 1 };
        else
            filter = both.Filter;
    }

    private void Refuse(string sentence, int place, string? instead = null) => problem ??= new(sentence, place + 1) { Instead = instead };

    private void SkipBlanks()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
    }

    /// <summary>The characters from a place to the next blank.</summary>
    private string Run(int from)
    {
        var end = from;
        while (end < text.Length && !char.IsWhiteSpace(text[end]))
            end++;
        return text[from..end];
    }

    /// <summary>The text with what begins at a place in quotes, up to the next blank.</summary>
    private string Rest(int from)
    {
        var run = Run(from);
        return $"{text[..from]}{JobFilterText.Quote(run)}{text[(from + run.Length)..]}";
    }

    private static string Short(string text) => text.Length <= 60 ? text : $"{TextLimit.Cut(text, 60)}…";
}
