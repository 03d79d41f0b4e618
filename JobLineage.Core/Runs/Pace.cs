namespace JobLineage.Core.Runs;

/// <summary>
/// When the next of something may begin: the first at once, then so many a second. Pure. A little may be taken in advance, so
/// that what comes as often as it may, give or take, does not wait: two paces of the same length one behind the other would
/// else beat against each other and add up to a whole interval. What is costly rests for a multiple of what it took.
/// </summary>
/// <param name="interval">Between two, in the long run.</param>
/// <param name="advance">By how much earlier one may come; less than <paramref name="interval"/>.</param>
/// <param name="rest">How many times what one took must pass from its beginning to the next.</param>
public sealed class Pace(TimeSpan interval, TimeSpan advance, int rest = 0)
{
    private TimeSpan _next = TimeSpan.MinValue;
    private TimeSpan _earliest = TimeSpan.MinValue;

    /// <summary>How long from <paramref name="now"/> until the next may begin; zero when it may.</summary>
    /// <param name="now">Time on any clock that goes on evenly.</param>
    public TimeSpan Until(TimeSpan now)
    {
        if (_next == TimeSpan.MinValue)
            return TimeSpan.Zero;
        var from = _next - advance;
        if (_earliest > from)
            from = _earliest;
        return from > now ? from - now : TimeSpan.Zero;
    }

    /// <summary>One begins.</summary>
    public void Begin(TimeSpan now) => _next = (_next > now ? _next : now) + interval;

    /// <summary>It has ended.</summary>
    /// <param name="begun">When it began.</param>
    /// <param name="took">What it took.</param>
    public void End(TimeSpan begun, TimeSpan took) => _earliest = begun + (took * rest);
}
