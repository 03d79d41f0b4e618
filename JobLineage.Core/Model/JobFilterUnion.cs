using System.Globalization;

namespace JobLineage.Core.Model;

/// <summary>
/// Puts two filters together: all conditions of both. What is said twice must be said alike, for no job is in two stages: a list that is
/// always empty would look like an answer. Pure.
/// </summary>
internal static class JobFilterUnion
{
    /// <summary>Both, or why no job can meet both.</summary>
    public static JobFilterReading Of(JobFilter one, JobFilter other)
    {
        var problem = Twice("state", Words(one.States), Words(other.States), "write several states behind one state:, with commas between them")
            ?? Twice("stage", one.Stage, other.Stage)
            ?? Twice("worker", one.Worker, other.Worker)
            ?? Twice("queue", one.Queue, other.Queue)
            ?? Twice("below", one.Below, other.Below)
            ?? Twice("id", Ids(one.Ids), Ids(other.Ids), "write several ids behind one id:, with commas between them")
            ?? Twice("error", Number(one.Error), Number(other.Error))
            ?? Twice("older", Span(one.Older), Span(other.Older))
            ?? Twice("newer", Span(one.Newer), Span(other.Newer))
            ?? Twice("from", Span(one.From), Span(other.From));
        foreach (var argument in other.Args)
        {
            if (problem is null && one.Args.FirstOrDefault(known => known.IsSamePath(argument)) is { } known && known != argument)
                problem = Twice(JobFilterText.Path(argument.Path), known.Value, argument.Value);
        }

        if (problem is not null)
            return new(JobFilter.All, new(problem));
        var both = one with
        {
            States = one.States.Count > 0 ? one.States : other.States,
            Stage = one.Stage ?? other.Stage,
            Worker = one.Worker ?? other.Worker,
            Queue = one.Queue ?? other.Queue,
            Below = one.Below ?? other.Below,
            Ids = one.Ids.Count > 0 ? one.Ids : other.Ids,
            Args = [.. one.Args, .. other.Args],
            Error = one.Error ?? other.Error,
            ErrorTexts = [.. one.ErrorTexts, .. other.ErrorTexts],
            Older = one.Older ?? other.Older,
            Newer = one.Newer ?? other.Newer,
            From = one.From ?? other.From,
            Texts = [.. one.Texts, .. other.Texts],
        };
        if (both.Older >= both.Newer)
            problem = $"older:{JobFilterWords.Of(both.Older.Value)} and newer:{JobFilterWords.Of(both.Newer.Value)} leave no time between them; older: must be the shorter span.";
        else if (both.Args.Count > JobFilter.MostParts || both.ErrorTexts.Count > JobFilter.MostParts || both.Texts.Count > JobFilter.MostParts)
            problem = $"A filter may have {JobFilter.MostParts} arguments, {JobFilter.MostParts} errors and {JobFilter.MostParts} texts at most.";
        else if (both.Ids.Count > JobFilter.MostIds)
            problem = $"A filter may name {JobFilter.MostIds} ids at most.";
        return problem is null ? new(both) : new(JobFilter.All, new(problem));
    }

    private static string? Twice(string key, string? one, string? other, string advice = "say it once") =>
        one is null || other is null || one == other
            ? null
            : $"'{key}:' is said twice, {JobFilterText.Quote(JobFilterText.Short(one))} and {JobFilterText.Quote(JobFilterText.Short(other))}, and no job meets both; {advice}.";

    private static string? Words(IReadOnlyList<JobState> states) => states.Count == 0 ? null : string.Join(',', states.Select(state => state.Name()));

    private static string? Ids(IReadOnlyList<string> ids) => ids.Count == 0 ? null : string.Join(',', ids.Order(StringComparer.Ordinal));

    private static string? Number(int? number) => number is { } error ? string.Create(CultureInfo.InvariantCulture, $"#{error}") : null;

    private static string? Span(TimeSpan? span) => span is { } time ? JobFilterWords.Of(time) : null;
}
