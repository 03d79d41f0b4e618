using System.Globalization;

namespace JobLineage.Core.Model;

/// <summary>A word of a filter, as help and completion name it.</summary>
/// <param name="Key">The word without its colon.</param>
/// <param name="Example">How it is typed.</param>
/// <param name="Means">What it means, as half a sentence.</param>
public sealed record JobFilterWord(string Key, string Example, string Means)
{
    /// <summary>Whether it is a word only where all runs are searched.</summary>
    public bool IsOfAllRuns { get; init; }
}

/// <summary>The words of filters: the one list that parser, help and completion share.</summary>
public static class JobFilterWords
{
    /// <summary>What an argument's path begins with.</summary>
    public const string Args = "args";

    /// <summary>How far back runs are searched.</summary>
    public const string From = "from";

    /// <summary>All words, as help lists them.</summary>
    public static IReadOnlyList<JobFilterWord> All { get; } =
    [
        new("state", "state:discarded,retryable", "jobs in one of these states"),
        new("worker", "worker:ShowtimeProcessJob", "jobs of a worker, by its whole name or its last parts"),
        new("stage", "stage:SyncJob/MoviePageJob", "jobs of a stage, by its path"),
        new("queue", "queue:scraper", "jobs of a queue"),
        new("below", "below:12345", "descendants of a job"),
        new("id", "id:12345,12346", "these jobs"),
        new(Args, "args.source_id:13", "jobs with this argument; args.venue.id:7 within another, args.\"a key\":7 with blanks"),
        new("error", "error:\"movie_not_ready\"", "jobs with an unresolved error that contains this"),
        new("older", "older:5m", "jobs to which nothing has happened for so long: s, m, h, d, w"),
        new("newer", "newer:2h", "jobs to which something has happened within so long"),
        new(From, "from:2h", "only in runs in which something has happened within so long; args. and error: need it") { IsOfAllRuns = true },
    ];

    private static readonly IReadOnlyList<JobFilterWord> OfRun = [.. All.Where(word => !word.IsOfAllRuns)];

    /// <summary>The words that there are where one run, or all of them, are looked at.</summary>
    public static IReadOnlyList<JobFilterWord> Of(JobFilterScope scope) => scope == JobFilterScope.Run ? OfRun : All;

    /// <summary>These words with their colons, for sentences.</summary>
    public static string Listed(JobFilterScope scope) => string.Join(", ", Of(scope).Select(word => word.Key == Args ? "args.KEY:" : word.Key + ":"));

    private static readonly (char Unit, long Seconds)[] Units = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

    /// <summary>The longest span: ten years.</summary>
    private const long MostSeconds = 3_660 * 86_400L;

    /// <summary>A span as it is typed: a whole number with s, m, h, d or w, at most ten years; null for anything else.</summary>
    public static TimeSpan? Span(string text)
    {
        if (text is not { Length: >= 2 and <= 10 } || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return null;
        var seconds = number * Units.FirstOrDefault(unit => unit.Unit == char.ToLowerInvariant(text[^1])).Seconds;
        return seconds is > 0 and <= MostSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    /// <summary>What <see cref="Span"/> reads, in the largest unit that fits; parts of a second are left out.</summary>
    public static string Of(TimeSpan span)
    {
        var seconds = (long)span.TotalSeconds;
        var (unit, size) = Array.Find(Units, unit => seconds % unit.Seconds == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / size}{unit}");
    }
}
