namespace JobLineage.Core.Runs;

/// <summary>
/// When the next of something may begin: the first at once, then so many a second. A little may be taken in advance, so
/// that what comes as often as it may, give or take, does not wait: two paces of the same length one behind the other would
/// else beat against each other and add up to a whole interval. What is costly rests for a multiple of what it took. Not
/// thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="interval">Between two, in the long run.</param>
/// <param name="advance">By how much earlier one may come; less than <paramref name="interval"/>.</param>
/// <param name="rest">How many times what one took must pass from its beginning to the next.</param>
public sealed class Pace(TimeProvider time, TimeSpan interval, TimeSpan advance, int rest = 0)
{
    // Small numbers: those of a clock that runs for years are rounded when they are made into times.
    private readonly long _epoch = time.GetTimestamp();
    private TimeSpan _begun;
    private TimeSpan _next;
    private TimeSpan _earliest;

    private TimeSpan Now => time.GetElapsedTime(_epoch);

    /// <summary>
    /// How long until the next may begin; zero when it may. Whole milliseconds, as timers count in them: who waited for a
    /// fraction would not wait at all, and ask again.
    /// </summary>
    public TimeSpan Until()
    {
        var from = _next - advance;
        if (_earliest > from)
            from = _earliest;
        var left = from - Now;
        return left > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)) : TimeSpan.Zero;
    }

    /// <summary>One begins.</summary>
    public void Begin()
    {
        _begun = Now;
        _next = (_next > _begun ? _next : _begun) + interval;
    }

    /// <summary>It has ended.</summary>
    public void End() => _earliest = _begun + ((Now - _begun) * rest);
}
