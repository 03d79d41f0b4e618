namespace JobLineage.Core.Store.Reading;

/// <summary>How long something may take from now on. The first piece of it is always done, so that whoever goes on later gets on.</summary>
/// <param name="time">The clock.</param>
/// <param name="span">How long.</param>
internal sealed class TimeLimit(TimeProvider time, TimeSpan span)
{
    private readonly long begun = time.GetTimestamp();

    /// <summary>How long.</summary>
    public TimeSpan Span => span;

    /// <summary>What is left; nothing when the time is up.</summary>
    public TimeSpan Left => span - time.GetElapsedTime(begun) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;
}
