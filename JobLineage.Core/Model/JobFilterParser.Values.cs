using System.Text;

namespace JobLineage.Core.Model;

/// <summary>What stands behind a word: paths, values, lists of them, quotes.</summary>
internal sealed partial class JobFilterParser
{
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
            Refuse($"A value with a {(text[at] == ':' ? "colon" : "quote")} is put in quotes: {key}:{JobFilterText.Quote(JobFilterText.Short(value))}.", at, $"{text[..from]}{JobFilterText.Quote(value)}{text[(from + value.Length)..]}");
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
}
