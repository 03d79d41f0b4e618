namespace JobLineage.Core.Contract;

/// <summary>
/// Digests, the newest first. <c>untold</c> final failures wait for the next one, which is due at <c>nextAt</c> (null: none is), and mutes hold <c>muted</c>
/// back; <c>older</c> is the next page's <c>before</c>, null at the end.
/// </summary>
public sealed record DigestsAnswer(long Untold, long Muted, DateTimeOffset? NextAt, IReadOnlyList<DigestLineAnswer> Digests, long? Older);

/// <summary>
/// A digest and what became of it: <c>state</c> in snake_case; <c>nextAttemptAt</c> null when it is never sent again; <c>endedAt</c> null while it is under way.
/// </summary>
public sealed record DigestLineAnswer(
    long Id, Guid Key, DateTimeOffset MadeAt, string Subject, long Failures, long Runs, string State, int Attempts, bool PossibleDuplicate,
    DateTimeOffset? NextAttemptAt, string? Channel, string? ProviderId, string? Detail, DateTimeOffset? EndedAt);

/// <summary>A digest as it was frozen; <c>text</c> and <c>html</c> are empty and <c>messageId</c> null when <c>isSwept</c>.</summary>
public sealed record DigestAnswer(
    DigestLineAnswer Summary, string Text, string Html, string? MessageId, IReadOnlyList<OverdueAnswer> Overdue, IReadOnlyList<EndedMuteAnswer> Muted,
    int Ambiguous, bool IsSwept, DateTimeOffset AsOf);

/// <summary>Failures that a digest told of, the last that were entered first: <c>total</c> on all pages; <c>older</c> is the next page's <c>before</c>.</summary>
public sealed record ToldFailuresAnswer(IReadOnlyList<ToldFailureAnswer> Failures, long Total, long? Older);

/// <summary>
/// A final failure: <c>root</c> and <c>stage</c> are null for a single, <c>maxAttempts</c> 0 where it is not known; <c>errorId</c> is the number of the kind
/// of error and <c>error</c> its text, null where the job left none.
/// </summary>
public sealed record ToldFailureAnswer(
    long Id, string Source, string JobId, string? Root, string Pipeline, string? Stage, string Worker, int Attempt, int MaxAttempts, int? ErrorId,
    string? Error, DateTimeOffset At, bool MayHaveBeenTold)
{
    /// <summary>An older name of <see cref="Root"/>; it goes with the next release.</summary>
    public string? RootId => Root;

    /// <summary>An older name of <see cref="ErrorId"/>; it goes with the next release.</summary>
    public int? Fingerprint => ErrorId;
}

/// <summary>Mutes: those in force, then the last of those that were.</summary>
public sealed record MutesAnswer(IReadOnlyList<MuteLineAnswer> Mutes);

/// <summary>
/// A pipeline of which digests say nothing; <c>endedAt</c> and <c>endedBy</c> when it was ended by hand, <c>end</c> when it ended or is to; <c>toldIn</c> is
/// the digest that says how many failures it held back.
/// </summary>
public sealed record MuteLineAnswer(
    long Id, string Source, string Pipeline, string Reason, string? By, DateTimeOffset From, DateTimeOffset Until, DateTimeOffset? EndedAt, string? EndedBy,
    bool IsActive, long Failures, long? ToldIn, DateTimeOffset End);

/// <summary>A pipeline that has not finished successfully <c>within</c> (d.hh:mm:ss); <c>lastAt</c> is the last success, null where none is known.</summary>
public sealed record OverdueAnswer(string Source, string Pipeline, TimeSpan Within, DateTimeOffset? LastAt);

/// <summary>A mute that has ended.</summary>
public sealed record EndedMuteAnswer(long Mute, string Source, string Pipeline, long Failures, DateTimeOffset Until, string Reason);

/// <summary>What a webhook receives; names stay what they are, and what is new is added.</summary>
public sealed record DigestMessageAnswer(int Version, string Subject, bool PossibleDuplicate, DigestContentAnswer Digest);

/// <summary>A digest in a message: bounded, and what is left out is counted in <c>more…</c>.</summary>
public sealed record DigestContentAnswer(
    Guid Key, DateTimeOffset MadeAt, string BaseUrl, long Failures, long RunCount, long Singles, long ToldBefore, DateTimeOffset FirstAt,
    DateTimeOffset LastAt, IReadOnlyList<DigestRunAnswer> Runs, long MoreRuns, long MoreFailures, IReadOnlyList<OverdueAnswer> Overdue,
    IReadOnlyList<EndedMuteAnswer> Muted, long Older, IReadOnlyList<UnreadAnswer> Unread, IReadOnlyList<RowsAsideAnswer> PutAside, long RowsAside,
    long MoreNotes, long MoreSources, IReadOnlyList<NoteAnswer> Notes, bool IsTest);

/// <summary>The failures of a run, or the singles of a source; then <c>rootId</c> is null and <c>worker</c> empty.</summary>
public sealed record DigestRunAnswer(
    string Source, string? RootId, string Worker, long Failures, string Url, IReadOnlyList<DigestGroupAnswer> Groups, long MoreGroups, long MoreFailures);

/// <summary>Failures of one stage with one kind of error; <c>fingerprint</c> is its number, null where the jobs left none.</summary>
public sealed record DigestGroupAnswer(
    string Worker, string Stage, int? Fingerprint, string Error, long Failures, DateTimeOffset FirstAt, DateTimeOffset LastAt, string? LastMessage,
    string Url, IReadOnlyList<DigestJobAnswer> Jobs, long MoreJobs);

/// <summary>A job that failed for good.</summary>
public sealed record DigestJobAnswer(
    string Id, string Worker, string? Target, string? Arguments, int Attempt, int MaxAttempts, DateTimeOffset FailedAt, string? Error, string Url);

/// <summary>A source that was read up to <c>asOf</c> and no further; null: not at all.</summary>
public sealed record UnreadAnswer(string Source, DateTimeOffset? AsOf, string Problem);

/// <summary>Rows that could not be read, and sentences about the first of them.</summary>
public sealed record RowsAsideAnswer(string Source, long Rows, IReadOnlyList<string> Sentences);

/// <summary>A sentence beside the failures, and where it leads; null: nowhere.</summary>
public sealed record NoteAnswer(string Text, string? Url);
