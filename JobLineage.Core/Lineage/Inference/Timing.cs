namespace JobLineage.Core.Lineage.Inference;

/// <summary>How an insertion lies to the execution of a job.</summary>
internal enum TimingKind
{
    /// <summary>During the last attempt.</summary>
    WhileRunning,

    /// <summary>Before the last attempt of a job that has had several: an earlier one may have inserted it.</summary>
    EarlierAttempt,

    /// <summary>Right after it, or right before by another clock.</summary>
    NearRun,

    /// <summary>Long after it.</summary>
    Late,

    /// <summary>The table does not say when.</summary>
    Unknown,
}

/// <summary>
/// How probable it is that a job inserted a child at some moment, by when it ran: as if its children came evenly over the
/// time it ran, so that of two jobs that both ran the shorter one is the likelier parent. Pure.
/// </summary>
internal static class Timing
{
    /// <summary>How long after its end a job still inserts: by a callback, a hook, a transaction that took its time.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    // Clocks of different nodes disagree by so much.
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(1);
    private const double ShortestRun = 0.01;
    private const double EarlierWeight = 0.4;
    private const double NearWeight = 0.01;

    /// <summary>When a job may first have inserted a child, and when last; null where it has no end.</summary>
    /// <param name="job">The job.</param>
    /// <param name="coarse">What insertions are cut to.</param>
    public static (DateTimeOffset? From, DateTimeOffset? Until) Reach(InferenceJob job, TimeSpan coarse)
    {
        var row = job.Row;
        var from = HadEarlierAttempt(job) ? row.InsertedAt : row.AttemptedAt - Skew - coarse ?? row.InsertedAt;
        return (from, End(job) is { } end ? end + Grace : null);
    }

    /// <summary>The density by second, and what it stands on; null when the job can't have inserted anything then.</summary>
    /// <param name="parent">The job.</param>
    /// <param name="at">When the child was inserted, cut to <paramref name="coarse"/>: it may have been later by so much.</param>
    /// <param name="asOf">Until when a job without an end counts as running.</param>
    /// <param name="coarse">What insertions are cut to; zero where the clock tells microseconds.</param>
    public static (double Density, TimingKind Kind)? Of(InferenceJob parent, DateTimeOffset at, DateTimeOffset asOf, TimeSpan coarse)
    {
        var row = parent.Row;
        if (row.InsertedAt > at)
            return null;
        var end = End(parent);
        var last = end ?? (asOf > at ? asOf : at);
        if (row.AttemptedAt - coarse is not { } began)
        {
            // Only that it ran is known: any time since it was there.
            if (row.InsertedAt is not { } there)
                return (1 / 3600.0, TimingKind.Unknown);
            return at <= last ? (EarlierWeight / Seconds(there, last), TimingKind.Unknown) : at <= last + Grace ? (NearWeight, TimingKind.NearRun) : null;
        }

        if (at >= began && at <= last)
            return (1 / Seconds(began, last), TimingKind.WhileRunning);
        if (at < began)
        {
            if (HadEarlierAttempt(parent) && row.InsertedAt is { } inserted)
                return (EarlierWeight / Seconds(inserted, began), TimingKind.EarlierAttempt);
            return began - at <= Skew ? (NearWeight, TimingKind.NearRun) : null;
        }

        return at - last <= Grace ? (NearWeight / Grace.TotalSeconds, TimingKind.NearRun) : null;
    }

    // A job that is retried by hand is available again with an attempt behind it; then its last attempt has no end.
    private static DateTimeOffset? End(InferenceJob job) => job.Row.FinishedAt;

    private static bool HadEarlierAttempt(InferenceJob job) => job.Row.Attempt > 1;

    private static double Seconds(DateTimeOffset from, DateTimeOffset until) => Math.Max((until - from).TotalSeconds, ShortestRun);
}
