using Microsoft.Extensions.Time.Testing;

namespace JobLineage.Tests.Support;

/// <summary>A clock that a test moves, and that tells how many timers wait for it. Unless told otherwise it begins at <see cref="SomeRuns.Noon"/>.</summary>
internal sealed class TestClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private int armed;

    public TestClock()
        : this(SomeRuns.Noon)
    {
    }

    /// <summary>How many timers are armed: what a test waits for before it moves the clock.</summary>
    public int Armed => Volatile.Read(ref armed);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new CountedTimer(this, callback, state);
        // Armed by hand: one that is due at once fires before it is known to anybody.
        timer.Begin(base.CreateTimer(timer.Fire, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan), dueTime, period);
        return timer;
    }

    private sealed class CountedTimer(TestClock clock, TimerCallback callback, object? state) : ITimer
    {
        private readonly Lock mine = new();
        private ITimer? timer;
        private bool isArmed;
        private bool repeats;

        public void Begin(ITimer inner, TimeSpan dueTime, TimeSpan period)
        {
            timer = inner;
            Change(dueTime, period);
        }

        public void Fire(object? _)
        {
            lock (mine)
            {
                if (!repeats)
                    Arm(false);
            }

            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (mine)
            {
                Arm(dueTime != Timeout.InfiniteTimeSpan);
                repeats = period != Timeout.InfiniteTimeSpan && period != TimeSpan.Zero;
            }

            return timer!.Change(dueTime, period);
        }

        public void Dispose()
        {
            lock (mine)
                Arm(false);
            timer!.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Arm(bool value)
        {
            if (isArmed != value)
                Interlocked.Add(ref clock.armed, value ? 1 : -1);
            isArmed = value;
        }
    }
}
