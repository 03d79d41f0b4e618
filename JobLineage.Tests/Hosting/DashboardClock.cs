using Microsoft.Extensions.Time.Testing;

namespace JobLineage.Tests.Hosting;

/// <summary>The time of day is moved by hand. Timers and stopwatches are the system's: a whole dashboard waits by them for what goes on beside it.</summary>
internal sealed class DashboardClock() : FakeTimeProvider(System.GetUtcNow())
{
    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => System.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime, period);
}
