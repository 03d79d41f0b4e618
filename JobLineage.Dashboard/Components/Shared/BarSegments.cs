using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Components.Shared;

/// <summary>One part of a state bar.</summary>
/// <param name="State">The state it stands for.</param>
/// <param name="X">Where it begins.</param>
/// <param name="Width">How wide it is.</param>
public readonly record struct BarSegment(JobState State, double X, double Width);

/// <summary>Divides a bar among the states that have jobs.</summary>
public static class BarSegments
{
    // Finished work fills up from the left, as in a progress bar; what failed for good stands right behind it.
    private static readonly JobState[] Order =
    [
        JobState.Completed, JobState.Cancelled, JobState.Discarded, JobState.Retryable, JobState.Executing,
        JobState.Available, JobState.Scheduled, JobState.Suspended,
    ];

    /// <summary>
    /// Widths in proportion to the counts, none below <paramref name="least"/>: one job among 50,000 can be seen. The
    /// widths add up to <paramref name="width"/>; when not even the least widths fit, all are equal.
    /// </summary>
    public static IReadOnlyList<BarSegment> Of(StateCounts counts, double width, double least = 3)
    {
        var states = Array.FindAll(Order, state => counts[state] > 0);
        if (states.Length == 0 || width <= 0)
            return [];

        least = Math.Min(least, width / states.Length);
        var widths = new double[states.Length];
        var raised = new bool[states.Length];
        bool again;
        do
        {
            // What was raised to the least width is taken out; the others share what is left, which may push more below it.
            again = false;
            var room = width - least * raised.Count(isRaised => isRaised);
            var jobs = states.Where((_, i) => !raised[i]).Sum(state => (double)counts[state]);
            for (var i = 0; i < states.Length; i++)
            {
                widths[i] = raised[i] ? least : room * counts[states[i]] / jobs;
                if (!raised[i] && widths[i] < least)
                    raised[i] = again = true;
            }
        }
        while (again && raised.Contains(false));

        if (!raised.Contains(false))
            Array.Fill(widths, width / states.Length);

        var segments = new BarSegment[states.Length];
        var x = 0.0;
        for (var i = 0; i < states.Length; i++)
        {
            segments[i] = new(states[i], x, widths[i]);
            x += widths[i];
        }

        return segments;
    }
}
