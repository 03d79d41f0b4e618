using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Jobs;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Components;

/// <summary>What happened to a job, from what its row says.</summary>
public sealed class JobTimelineTests
{
    private static readonly DateTimeOffset Noon = SomeRuns.Noon;

    private static Job Job => new() { Source = "oban", Id = "1", State = JobState.Completed, Attempt = 1, MaxAttempts = 3, InsertedAt = Noon, ScheduledAt = Noon };

    [Fact]
    public void A_job_that_ran_once_waited_and_ran()
    {
        var line = JobTimeline.Of(Job with { AttemptedAt = Noon.AddSeconds(5), FinishedAt = Noon.AddSeconds(12) }, Noon.AddHours(1));

        Assert.Equal(["inserted +0", "began +5", "completed +12"], Steps(line));
        Assert.Equal(TimeSpan.FromSeconds(7), line.Steps[^1].Took);
        Assert.Equal([(false, 0, 5), (true, 5, 12)], Spans(line));
        Assert.Equal(Noon.AddSeconds(12), line.To);
    }

    [Fact]
    public void Failed_attempts_stand_where_they_failed_with_what_they_failed_with()
    {
        var job = Job with
        {
            State = JobState.Discarded,
            Attempt = 3,
            AttemptedAt = Noon.AddSeconds(60),
            FinishedAt = Noon.AddSeconds(70),
            Errors = [new(1, Noon.AddSeconds(10), "boom\n stack"), new(2, Noon.AddSeconds(40), "bang"), new(3, Noon.AddSeconds(70), "crash")],
        };

        var line = JobTimeline.Of(job, Noon.AddHours(1));

        Assert.Equal(["inserted +0", "attempt 1 failed +10", "attempt 2 failed +40", "attempt 3 began +60", "attempt 3 failed +70", "discarded +70"], Steps(line));
        Assert.Equal("boom", line.Steps[1].Note);
        Assert.Null(line.Steps[1].Took);
        Assert.Equal(TimeSpan.FromSeconds(10), line.Steps[4].Took);
        Assert.Equal([(false, 0, 60), (true, 60, 70)], Spans(line));
    }

    [Fact]
    public void A_failure_whose_time_the_queue_does_not_keep_comes_after_the_beginning_of_its_attempt()
    {
        var job = Job with { State = JobState.Discarded, Attempt = 3, AttemptedAt = Noon.AddSeconds(60), FinishedAt = Noon.AddSeconds(70), Errors = [new(3, Noon.AddSeconds(60), "crash")] };

        var line = JobTimeline.Of(job, Noon.AddHours(1));
        Assert.Equal(["inserted +0", "attempt 3 began +60", "attempt 3 failed +70", "discarded +70"], Steps(line));
        Assert.Equal(TimeSpan.FromSeconds(10), line.Steps[2].Took);

        var waiting = JobTimeline.Of(job with { State = JobState.Retryable, FinishedAt = null }, Noon.AddHours(1));
        Assert.Equal(["inserted +0", "attempt 3 began +60", "attempt 3 failed +60"], Steps(waiting));
        Assert.Null(waiting.Steps[2].Took);
    }

    [Fact]
    public void A_job_that_runs_runs_until_now_and_one_that_is_due_later_waits_until_then()
    {
        var running = JobTimeline.Of(Job with { State = JobState.Executing, AttemptedAt = Noon.AddSeconds(5) }, Noon.AddSeconds(30));
        Assert.Equal([(false, 0, 5), (true, 5, 30)], Spans(running));

        var later = JobTimeline.Of(Job with { State = JobState.Scheduled, Attempt = 0, ScheduledAt = Noon.AddSeconds(90) }, Noon.AddSeconds(30));
        Assert.Equal(["inserted +0", "due +90"], Steps(later));
        Assert.Equal([(false, 0, 90)], Spans(later));
    }

    [Fact]
    public void Times_that_no_calendar_has_and_clocks_that_are_wrong_do_no_harm()
    {
        var odd = JobTimeline.Of(
            Job with { InsertedAt = DateTimeOffset.MinValue, ScheduledAt = DateTimeOffset.MaxValue, AttemptedAt = Noon.AddSeconds(9), FinishedAt = Noon.AddSeconds(3) },
            Noon);
        Assert.Equal(["completed +3", "began +9"], Steps(odd));
        Assert.Null(odd.Steps[0].Took);
        Assert.All(odd.Spans, span => Assert.True(span.To >= span.From));

        Assert.Null(JobTimeline.Of(Job with { InsertedAt = null, ScheduledAt = null }, Noon).From);
    }

    private static IEnumerable<string> Steps(JobTimeline line) => line.Steps.Select(step => $"{step.Name} +{(step.At - Noon).TotalSeconds}");

    private static IEnumerable<(bool, int, int)> Spans(JobTimeline line) =>
        line.Spans.Select(span => (span.IsRunning, (int)(span.From - Noon).TotalSeconds, (int)(span.To - Noon).TotalSeconds));
}
