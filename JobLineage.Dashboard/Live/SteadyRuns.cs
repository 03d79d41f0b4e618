using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Live;

/// <summary>
/// A list of runs that keeps its rows where they are while somebody points at them: figures change, rows neither move nor
/// come nor go. What would have come waits.
/// </summary>
public sealed class SteadyRuns
{
    private object? _query;

    /// <summary>What is shown; null while nothing is known.</summary>
    public RunsPage? Shown { get; private set; }

    /// <summary>How many runs would be in the list and wait.</summary>
    public int Waiting { get; private set; }

    /// <summary>Whether rows wait to change places.</summary>
    public bool IsLate { get; private set; }

    /// <summary>Takes the newest list over.</summary>
    /// <param name="query">What was asked for: a list of something else is shown as it is.</param>
    /// <param name="newest">The list; null while nothing is known.</param>
    /// <param name="held">Whether somebody points at it.</param>
    public void Take(object query, RunsPage? newest, bool held)
    {
        if (!held || newest is null || Shown is not { Runs.Count: > 0 } shown || !query.Equals(_query))
        {
            (_query, Shown, Waiting, IsLate) = (query, newest, 0, false);
            return;
        }

        var known = newest.Runs.ToDictionary(Key);
        var rows = shown.Runs.Select(run => known.GetValueOrDefault(Key(run), run)).ToList();
        Waiting = newest.Runs.Count - newest.Runs.Select(Key).Intersect(rows.Select(Key)).Count();
        IsLate = !newest.Runs.Select(Key).SequenceEqual(rows.Select(Key));
        Shown = newest with { Runs = rows };
    }

    private static (string, string) Key(RunSummary run) => (run.Source, run.RootId);
}
