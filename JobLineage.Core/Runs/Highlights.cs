using JobLineage.Core.Contract;
using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;

namespace JobLineage.Core.Runs;

/// <summary>Picks out of a comparison what a person would want to know first. Pure.</summary>
internal static class Highlights
{
    /// <summary>More than these nobody reads; the tables have all.</summary>
    private const int Most = 12;

    /// <summary>Fewer jobs than these say nothing about how long a stage takes.</summary>
    private const int LeastJobs = 5;

    /// <summary>Times below this differ from run to run for no reason.</summary>
    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(1);

    private const double Slower = 1.5;
    private const int ErrorLength = 120;

    /// <summary>The sentences, the worst first.</summary>
    public static IReadOnlyList<Highlight> Of(RunComparison runs)
    {
        var found = new List<(int Rank, long Weight, Highlight Text)>();
        var byPath = runs.Stages.ToDictionary(s => s.Path, StagePath.Comparer);
        foreach (var stage in runs.Stages)
        {
            Presence(found, stage, byPath);
            Failures(found, stage);
            FanOut(found, stage, byPath);
            Times(found, stage, "runs", s => s.Running);
            Times(found, stage, "waits", s => s.Waiting);
        }

        Errors(found, runs);
        Duration(found, runs);
        return [.. found.OrderBy(f => f.Rank).ThenByDescending(f => f.Weight).Select(f => f.Text).Take(Most)];
    }

    private static void Presence(List<(int, long, Highlight)> found, StageChange stage, Dictionary<string, StageChange> byPath)
    {
        // Below a stage that is not there nothing can be.
        var isFirst = stage.ParentPath is null || byPath.GetValueOrDefault(stage.ParentPath) is not { } above || above.Kind != stage.Kind;
        if (!isFirst)
            return;
        if (stage is { Kind: ChangeKind.Removed, Before: { } was })
        {
            var mayCome = stage.ParentPath is not null && byPath.GetValueOrDefault(stage.ParentPath)?.After?.Stage.Counts.Unfinished > 0;
            found.Add(mayCome
                ? (6, was.Stage.Total, new(false, stage.Path, $"{stage.Name} is not there yet; it had {Format.Jobs(was.Stage.Total)}, and jobs above it are still running."))
                : (0, was.Stage.Total, new(true, stage.Path, $"{stage.Name} is missing; it had {Format.Jobs(was.Stage.Total)}.")));
        }
        else if (stage is { Kind: ChangeKind.Added, After: { } now })
        {
            found.Add((5, now.Stage.Total, new(false, stage.Path, $"{stage.Name} is new, with {Format.Jobs(now.Stage.Total)}.")));
        }
    }

    private static void Failures(List<(int, long, Highlight)> found, StageChange stage)
    {
        var (was, now) = (stage.Before?.Stage.Counts ?? default, stage.After?.Stage.Counts ?? default);
        if (stage.After is null || was.Discarded == now.Discarded)
            return;
        // Twice as many of twice as many jobs is what was to be expected.
        var (before, after) = (stage.Before?.FailureShare ?? 0, stage.After.FailureShare ?? 0);
        if (Math.Abs(after - before) < 0.01 && was.Discarded > 0 && now.Discarded > 0)
            return;
        var text = $"{Format.Count(now.Discarded)} of {Format.Count(now.Finished)} finished {stage.Name} jobs failed; "
            + (stage.Before is null ? "the stage is new." : $"before, it was {Format.Count(was.Discarded)} of {Format.Count(was.Finished)}.");
        found.Add(after > before
            ? (1, now.Discarded - was.Discarded, new(true, stage.Path, text))
            : (7, was.Discarded - now.Discarded, new(false, stage.Path, text)));
    }

    private static void FanOut(List<(int, long, Highlight)> found, StageChange stage, Dictionary<string, StageChange> byPath)
    {
        if (stage is not { Before.FanOut: { } was, After.FanOut: { } now } || stage.ParentPath is null)
            return;
        // Parents that still go on may spawn more.
        if (byPath.GetValueOrDefault(stage.ParentPath)?.After is not { } above || above.Stage.Counts.Unfinished > 0)
            return;
        var ratio = now / was;
        if (ratio is > 0.9 and < 1.1 || stage.Jobs == 0)
            return;
        var text = $"Each {StagePath.NameOf(stage.ParentPath)} created {Format.Ratio(now)} {stage.Name} jobs; before, it was {Format.Ratio(was)}.";
        found.Add(ratio < 1
            ? (3, -stage.Jobs, new(true, stage.Path, text))
            : (6, stage.Jobs, new(false, stage.Path, text)));
    }

    private static void Times(
        List<(int, long, Highlight)> found, StageChange stage, string does, Func<StageSpans, SpanStatistics?> which)
    {
        if (stage is not { Before.Spans: { } one, After.Spans: { } other } || which(one) is not { } was || which(other) is not { } now
            || Math.Min(was.Jobs, now.Jobs) < LeastJobs || (now.Median - was.Median).Duration() < Noticeable)
        {
            return;
        }

        var ratio = now.Median / (was.Median > TimeSpan.Zero ? was.Median : TimeSpan.FromMilliseconds(1));
        var weight = (long)(now.Median - was.Median).Duration().TotalSeconds;
        var text = $"{stage.Name} {does} {Format.Words(now.Median)} (median); before, it was {Format.Words(was.Median)}.";
        if (ratio >= Slower)
            found.Add((4, weight, new(true, stage.Path, text)));
        else if (ratio <= 1 / Slower)
            found.Add((8, weight, new(false, stage.Path, text)));
    }

    private static void Errors(List<(int, long, Highlight)> found, RunComparison runs)
    {
        foreach (var error in runs.Errors.Where(e => e.Kind == ChangeKind.Added).Take(5))
        {
            found.Add((2, error.After!.Jobs, new(true, error.Stage,
                $"New error in {StagePath.NameOf(error.Stage)}, {Format.Jobs(error.After.Jobs)}: {Format.Short(ErrorWords.Telling(error.Text), ErrorLength)}")));
        }

        foreach (var error in runs.Errors.Where(e => e.Kind == ChangeKind.Removed).Take(3))
        {
            found.Add((8, error.Before!.Jobs, new(false, error.Stage,
                $"An error of {StagePath.NameOf(error.Stage)} is gone, {Format.Jobs(error.Before.Jobs)}: {Format.Short(ErrorWords.Telling(error.Text), ErrorLength)}")));
        }
    }

    private static void Duration(List<(int, long, Highlight)> found, RunComparison runs)
    {
        if (Took(runs.Before) is not { } was || Took(runs.After) is not { } now || (now - was).Duration() < Noticeable || was <= TimeSpan.Zero)
            return;
        var text = $"It took {Format.Words(now)}; before, it was {Format.Words(was)}.";
        if (now / was >= Slower)
            found.Add((4, (long)(now - was).TotalSeconds, new(true, null, text)));
        else if (now / was <= 1 / Slower)
            found.Add((8, (long)(was - now).TotalSeconds, new(false, null, text)));
    }

    private static TimeSpan? Took(RunSnapshot run) => run.FinishedAt - run.StartedAt;
}
