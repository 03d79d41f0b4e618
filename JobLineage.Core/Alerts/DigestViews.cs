namespace JobLineage.Core.Alerts;

/// <summary>Which digests are listed, the newest first.</summary>
/// <param name="State">Only those in this state; null: all.</param>
/// <param name="Before">Only those made before this one; null: from the newest on.</param>
/// <param name="PageSize">At most so many.</param>
public sealed record DigestQuery(DeliveryState? State = null, long? Before = null, int PageSize = DigestQuery.DefaultPageSize)
{
    /// <summary>Lines of a page.</summary>
    public const int DefaultPageSize = 25;
}

/// <summary>Some digests.</summary>
/// <param name="Digests">The newest first.</param>
/// <param name="Older">What <see cref="DigestQuery.Before"/> is for the next page; null: there are no more.</param>
public sealed record ListedDigests(IReadOnlyList<DigestSummary> Digests, long? Older);

/// <summary>A digest as it was frozen.</summary>
/// <param name="Summary">What became of it.</param>
/// <param name="Text">The plain text; empty when it is no longer kept.</param>
/// <param name="Html">The same as HTML; empty when it is no longer kept.</param>
/// <param name="MessageId">The mail's id, the same for every copy; null when it is no longer kept.</param>
/// <param name="Overdue">Pipelines it says are overdue.</param>
/// <param name="Muted">Mutes it says have ended.</param>
/// <param name="Ambiguous">Attempts of which nobody knows whether they arrived.</param>
/// <param name="IsSwept">Whether the message is no longer kept.</param>
/// <param name="AsOf">The moment up to which this is true.</param>
public sealed record DigestView(
    DigestSummary Summary, string Text, string Html, string? MessageId, IReadOnlyList<DigestOverdue> Overdue, IReadOnlyList<DigestMuted> Muted,
    int Ambiguous, bool IsSwept, DateTimeOffset AsOf);

/// <summary>How the telling of failures stands as a whole.</summary>
/// <param name="AsOf">The moment up to which this is true.</param>
/// <param name="Untold">Final failures that the next digest tells of.</param>
/// <param name="Muted">Final failures that mutes hold back and of which no digest has given the number.</param>
/// <param name="Since">The starting line of the store; null while there is none.</param>
/// <param name="LastAcceptedAt">When the channel last took a digest over; null: never.</param>
/// <param name="LastEnded">The last digest that came to an end; null: none has.</param>
/// <param name="Overdue">How the pipelines stand that are expected to finish.</param>
public sealed record DigestOverview(
    DateTimeOffset AsOf, long Untold, long Muted, DateTimeOffset? Since, DateTimeOffset? LastAcceptedAt, DigestSummary? LastEnded,
    IReadOnlyList<OverdueState> Overdue)
{
    /// <summary>Rows that can't be read, and that the next digest names.</summary>
    public long UntoldRows { get; init; }

    /// <summary>Whether the last digest that came to an end was not taken over: what <c>/healthz/ready</c> says.</summary>
    public bool IsFailing => LastEnded is { } last && last.State != DeliveryState.Accepted;
}

/// <summary>Which failures are listed, the last that were entered first.</summary>
/// <param name="Digest">Those that this digest told of.</param>
/// <param name="Mute">Or those that this mute has set aside; null with a digest.</param>
/// <param name="Before">Only those before this one; null: from the last on.</param>
/// <param name="PageSize">At most so many.</param>
public sealed record FailureQuery(long? Digest, long? Mute, long? Before = null, int PageSize = FailureQuery.DefaultPageSize)
{
    /// <summary>Lines of a page.</summary>
    public const int DefaultPageSize = 50;
}

/// <summary>Some failures.</summary>
/// <param name="Failures">The last that were entered first.</param>
/// <param name="Total">How many there are on all pages.</param>
/// <param name="Older">What <see cref="FailureQuery.Before"/> is for the next page; null: there are no more.</param>
public sealed record FailurePage(IReadOnlyList<ToldFailure> Failures, long Total, long? Older);

/// <summary>A final failure in the ledger.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Source">The source's name.</param>
/// <param name="JobId">The job.</param>
/// <param name="RootId">The root of the run that it is in now; null for a single.</param>
/// <param name="Pipeline">The worker of that root, in full; of a single its own.</param>
/// <param name="Stage">The stage's path; null for a single.</param>
/// <param name="Worker">The job's worker, in full.</param>
/// <param name="Attempt">The attempt that failed.</param>
/// <param name="MaxAttempts">Attempts allowed; 0 when not known.</param>
/// <param name="Fingerprint">The number of the kind of error; null when the job left none.</param>
/// <param name="Error">The kind of error.</param>
/// <param name="At">When it failed.</param>
/// <param name="MayHaveBeenTold">An earlier digest told of it, and nobody knows whether that arrived.</param>
public sealed record ToldFailure(
    long Id, string Source, string JobId, string? RootId, string Pipeline, string? Stage, string Worker, int Attempt, int MaxAttempts,
    int? Fingerprint, string? Error, DateTimeOffset At, bool MayHaveBeenTold);

/// <summary>What is made of a final failure of a job.</summary>
/// <param name="Failure">Its number in the ledger.</param>
/// <param name="Attempt">The attempt that failed.</param>
/// <param name="At">When it failed.</param>
/// <param name="Digest">The digest that tells of it; null: none does.</param>
/// <param name="State">What became of that digest.</param>
/// <param name="EndedAt">When it did; null while it is under way.</param>
/// <param name="Earlier">An earlier digest that may have told of it; null: none.</param>
/// <param name="Mute">The mute that holds it back; null: none.</param>
/// <param name="IsOld">It is from before the starting line, and told to nobody.</param>
public sealed record JobTelling(
    long Failure, int Attempt, DateTimeOffset At, long? Digest, DeliveryState? State, DateTimeOffset? EndedAt, long? Earlier, Mute? Mute, bool IsOld);
