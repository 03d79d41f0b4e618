namespace JobLineage.Dashboard.Demo;

/// <summary>The story's time: delays shrink with the speed, the moments written into rows are real.</summary>
internal sealed class DemoClock(TimeProvider time, double speed)
{
    /// <summary>The moment now.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>The moment now as Oban writes it: UTC without a zone.</summary>
    public DateTime NaiveNow => DateTime.SpecifyKind(time.GetUtcNow().UtcDateTime, DateTimeKind.Unspecified);

    /// <summary>A span of the story in real time.</summary>
    public TimeSpan Scale(TimeSpan span) => span / speed;

    /// <summary>A span of the story in real time, but not less than what a loop or a slow statement needs.</summary>
    public TimeSpan Scale(TimeSpan span, TimeSpan atLeast) => Scale(span) is var scaled && scaled > atLeast ? scaled : atLeast;

    /// <summary>Waits for a span of the story.</summary>
    public Task Delay(TimeSpan span, CancellationToken cancellation) => DelayReal(Scale(span), cancellation);

    /// <summary>Waits for a span of real time.</summary>
    public Task DelayReal(TimeSpan span, CancellationToken cancellation) =>
        span > TimeSpan.Zero ? Task.Delay(span, time, cancellation) : Task.CompletedTask;
}
