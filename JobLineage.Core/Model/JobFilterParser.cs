using System.Globalization;

namespace JobLineage.Core.Model;

/// <summary>
/// Reads a filter from left to right, each character once, and stops at the first thing that is wrong: a word that was passed over would make the
/// list lie. Never throws. Pure.
/// </summary>
internal sealed partial class JobFilterParser
{
    private readonly string text;
    private readonly JobFilterScope scope;
    private (string Word, int At)? costly;
    private JobFilter filter = JobFilter.All;
    private JobFilterProblem? problem;
    private int at;

    private JobFilterParser(string text, JobFilterScope scope) => (this.text, this.scope) = (text, scope);

    /// <summary>The filter, or what is wrong with the text.</summary>
    public static JobFilterReading Parse(string text, JobFilterScope scope) => Parse(text, scope, isBounded: true);

    /// <summary>The same of all runs; see <see cref="JobFilter.ParseOverRuns"/>.</summary>
    public static JobFilterReading ParseOverRuns(string text, bool isBounded)
    {
        var reading = Parse(text, JobFilterScope.AllRuns, isBounded);
        // What is pasted there is an id, a key that is a time, or a piece of an error: it always meant itself.
        return reading.Problem is { At: > 0 } && Unstorable(text) < 0 && !HasWord(text) ? new(new JobFilter { Texts = [text.Trim()] }) : reading;
    }

    private static JobFilterReading Parse(string text, JobFilterScope scope, bool isBounded)
    {
        if (text.Length > JobFilter.LongestText)
            return new(JobFilter.All, new(string.Create(CultureInfo.InvariantCulture, $"A filter may have {JobFilter.LongestText:N0} characters at most; this has {text.Length:N0}.")));
        if (Unstorable(text) is var place and >= 0)
            return new(JobFilter.All, new("There is a character that no database can hold: a NUL, or half of a pair.", place + 1));
        var parser = new JobFilterParser(text, scope);
        var reading = parser.Read();
        return reading is { Problem: null, Filter.From: null } && !isBounded && parser.costly is { } costly
            ? new(JobFilter.All, new(
                $"{costly.Word}: is looked for in every job of the runs that are searched, so it takes how far back: add from:, as in from:2h.", costly.At + 1)
            { Instead = $"{text.TrimEnd()} from:2h" })
            : reading;
    }

    /// <summary>Whether anything looks like a word of a filter, right or wrong: letters at the beginning, then a colon.</summary>
    private static bool HasWord(string text)
    {
        foreach (var part in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.StartsWith(JobFilterWords.Args + ".", StringComparison.OrdinalIgnoreCase) && part.IndexOfAny([':', '"']) >= 0)
                return true;
            if (part.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 && char.IsLetter(part[0]) && part[..colon].All(c => char.IsLetterOrDigit(c) || c is '_' or '-'))
                return true;
        }

        return false;
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
                costly ??= (JobFilterText.Short(JobFilterText.Path(path)), start);
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
            case JobFilterWords.From when scope == JobFilterScope.AllRuns:
                Add(Span(key, start) is { } from ? new() { From = from } : null, start);
                break;
            case JobFilterWords.From:
                Refuse(
                    "from: says how far back runs are searched, and this is one run; newer: finds those of its jobs to which something has happened within so long.",
                    start, $"{text[..start]}newer{text[(start + key.Length)..]}");
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
        var near = key.Length is < 3 or > 40 ? null : DidYouMean.Nearest(key, JobFilterWords.Of(scope).Where(word => word.Key != JobFilterWords.Args).Select(word => word.Key));
        var sentence = key.Length == 0
            ? "There is nothing before the colon"
            : $"'{JobFilterText.Short(key)}:' is no word of a filter";
        var isName = key.Length is > 0 and <= 40 && key.All(c => char.IsLetterOrDigit(c) || c is '_' or '-');
        Refuse(
            near is not null
                ? $"{sentence}; did you mean {near}:? A text with a colon is found in quotes."
                : $"{sentence}. The words are {JobFilterWords.Listed(scope)}; {(isName ? $"an argument is args.{key}:, and " : "")}a text with a colon is found in quotes: {JobFilterText.Quote(JobFilterText.Short(Run(start)))}",
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
                Refuse($"'{JobFilterText.Short(word)}' is no state; {(near is null ? "" : $"did you mean {near}? ")}{(near is null ? "t" : "T")}he states are {string.Join(", ", names)}.", place);
                return;
            }

            states.Add(state);
        }

        Add(new() { States = states }, start);
    }

    private void Error(int start)
    {
        var from = at;
        costly ??= ("error", start);
        if (at < text.Length && text[at] == '#')
        {
            if (Value("error", start) is not { } number)
                return;
            if (int.TryParse(number.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var error) && error > 0)
                Add(new() { Error = error }, start);
            else
                Refuse($"An error is named by its number, as in error:#17, or by its text; the text itself is found in quotes: error:{JobFilterText.Quote(JobFilterText.Short(number))}.", from);
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
        Refuse($"'{JobFilterText.Short(said)}' is no span; {key.ToLowerInvariant()}: takes a whole number with s, m, h, d or w, as in 30s, 5m, 2h, 7d or 1w, and ten years at most.", from);
        return null;
    }
}
