namespace JobLineage.Core.Feed.Trigger;

/// <summary>
/// When to look at the change log next without being told. Pure. A notification may come from one transaction while
/// another that met a shut gate has not committed yet; that one's changes are found by looking a little later, a little
/// later than that, and so on up to the slow tick that runs always.
/// </summary>
/// <param name="shortest">After something was found or announced.</param>
/// <param name="longest">The slow tick.</param>
public sealed class LookPace(TimeSpan shortest, TimeSpan longest)
{
    private TimeSpan next;

    /// <summary>How long to wait for a notification after a look.</summary>
    /// <param name="found">Whether the look found something, or was announced.</param>
    /// <param name="took">How long it took: a look that is costly is made less often.</param>
    public TimeSpan After(bool found, TimeSpan took)
    {
        next = found ? shortest : next * 2 < longest ? next * 2 : longest;
        var rest = took * 4;
        return rest > next ? rest : next;
    }
}
