namespace JobLineage.Core.Postgres;

/// <summary>
/// What does not work now, so that it is said once and not at every attempt: again only when it has become something else,
/// or after a long while. Shared by all who meet the same outage.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class Outage(TimeProvider time)
{
    /// <summary>An outage that lasts is said again this often.</summary>
    private static readonly TimeSpan Reminder = TimeSpan.FromMinutes(15);

    private readonly Lock @lock = new();
    private string? said;
    private long saidAt;

    /// <summary>Whether a sentence is news.</summary>
    public bool IsNews(string sentence)
    {
        lock (@lock)
        {
            if (sentence == said && time.GetElapsedTime(saidAt) < Reminder)
                return false;
            (said, saidAt) = (sentence, time.GetTimestamp());
            return true;
        }
    }

    /// <summary>It works again.</summary>
    /// <returns>Whether something had been said not to.</returns>
    public bool End()
    {
        lock (@lock)
        {
            var was = said is not null;
            said = null;
            return was;
        }
    }
}

/// <summary>
/// How long to wait before the next attempt. What passes by itself is tried again soon; what somebody has to mend (a wrong
/// password, a missing right) less and less often.
/// </summary>
public sealed class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTransient = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPermanent = TimeSpan.FromSeconds(30);

    private TimeSpan last;

    /// <summary>The pause after another failure.</summary>
    /// <param name="isTransient">Whether it passes by itself.</param>
    public TimeSpan Next(bool isTransient)
    {
        var longest = isTransient ? LongestTransient : LongestPermanent;
        last = last == TimeSpan.Zero ? First : last * 2;
        return last = last < longest ? last : longest;
    }

    /// <summary>It worked.</summary>
    public void Reset() => last = TimeSpan.Zero;
}
