using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Api;

/// <summary>
/// A job with its way up and what it spawned. Of a long way up the first and the nearest <c>ancestors</c> are here, and <c>ancestorsOmitted</c> says how many
/// are left out between them.
/// </summary>
internal sealed record JobViewAnswer(
    string Source,
    string Id,
    string Root,
    string Stage,
    JobAnswer Job,
    IReadOnlyList<JobAnswer> Ancestors,
    long AncestorsOmitted,
    IReadOnlyList<ChildrenAnswer> Children,
    SiblingsAnswer? Siblings,
    NativeAnswer? Native,
    IReadOnlyList<JobVersionAnswer> SameId)
{
    public static JobViewAnswer Of(JobView view, NativeRow? native) => new(
        view.Job.Source, view.Job.Id, view.RootId, view.StagePath, JobAnswer.Of(view.Job),
        [.. view.Ancestors.Select(JobAnswer.Of)], view.AncestorsOmitted, [.. view.Children.Select(ChildrenAnswer.Of)],
        SiblingsAnswer.Of(view.Siblings), NativeAnswer.Of(native), [.. view.Others.Select(JobVersionAnswer.Of)]);
}

/// <summary>Another job that has had the same id in the source; <c>id</c> is its address, and one that <c>isEarlier</c> is history.</summary>
internal sealed record JobVersionAnswer(string Id, string Worker, string State, DateTimeOffset? InsertedAt, bool IsEarlier)
{
    public static JobVersionAnswer Of(JobVersionLine job) => new(job.Id, job.Worker, job.State.Name(), job.InsertedAt, job.IsEarlier);
}

/// <summary>The jobs of the same parent, or step, itself included; <c>totalIsAtLeast</c> when they were not all counted.</summary>
internal sealed record SiblingsAnswer(long Total, bool TotalIsAtLeast, IReadOnlyDictionary<string, long> Counts, string? Previous, string? Next)
{
    public static SiblingsAnswer? Of(JobSiblings? siblings) => siblings is null
        ? null
        : new(siblings.Counts.Total, siblings.IsTruncated, Json.Counts(siblings.Counts), siblings.Previous, siblings.Next);
}

/// <summary>The row as the source has it: <c>state</c> is present, gone or unreachable, and then <c>problem</c> says why.</summary>
internal sealed record NativeAnswer(NativeRowState State, string? Problem, DateTimeOffset AsOf, IReadOnlyList<NativeColumnAnswer> Columns)
{
    public static NativeAnswer? Of(NativeRow? row) => row is null
        ? null
        : new(row.State, row.Problem, row.AsOf, [.. row.Columns.Select(c => new NativeColumnAnswer(c.Name, c.IsCut ? c.Text : Json.Embed(c.Text), c.Length, c.IsCut))]);
}

/// <summary>A column; JSON as JSON unless it is cut.</summary>
internal sealed record NativeColumnAnswer(string Name, object? Value, long Length, bool IsCut);

/// <summary>The children in one stage; <c>sample</c> holds the first of them.</summary>
internal sealed record ChildrenAnswer(
    string Stage, string Worker, long Total, IReadOnlyDictionary<string, long> Counts, IReadOnlyList<JobAnswer> Sample)
{
    public static ChildrenAnswer Of(ChildGroup group) => new(
        group.Stage, group.Worker, group.Counts.Total, Json.Counts(group.Counts), [.. group.Sample.Select(JobAnswer.Of)]);
}

/// <summary>
/// A job; state is null for one that was never seen. <c>nativeId</c> is the id in the source, <c>id</c> the one it is addressed by: another
/// where the source's is another job's now.
/// </summary>
internal sealed record JobAnswer(
    string Id,
    string NativeId,
    string? State,
    string Worker,
    string Queue,
    string? Step,
    string? ParentId,
    string? RunKey,
    int Attempt,
    int MaxAttempts,
    int Priority,
    DateTimeOffset? InsertedAt,
    DateTimeOffset? ScheduledAt,
    DateTimeOffset? AttemptedAt,
    DateTimeOffset? FinishedAt,
    string? AttemptedBy,
    object? Args,
    object? Meta,
    bool IsCut,
    IReadOnlyList<JobErrorAnswer> Errors,
    bool IsMissing,
    bool IsGone,
    bool IsVanished,
    bool IsCycleCut)
{
    public static JobAnswer Of(Job job) => new(
        job.Id, job.NativeId, job.IsMissing ? null : job.State.Name(), job.Worker, job.Queue, job.Step, job.ParentId, job.RunKey,
        job.Attempt, job.MaxAttempts, job.Priority, job.InsertedAt, job.ScheduledAt, job.AttemptedAt, job.FinishedAt,
        job.AttemptedBy, Json.Embed(job.Args), Json.Embed(job.Meta), job.IsCut,
        [.. job.Errors.Select(e => new JobErrorAnswer(e.Attempt, e.At, e.Message))],
        job.IsMissing, job.IsGone, job.IsVanished, job.IsCycleCut);
}

/// <summary>One failed attempt.</summary>
internal sealed record JobErrorAnswer(int Attempt, DateTimeOffset? At, string Message);

/// <summary>The sources.</summary>
internal sealed record SourcesAnswer(IReadOnlyList<SourceAnswer> Sources);

/// <summary>How fresh a source is.</summary>
internal sealed record SourceAnswer(
    string Name, FeedState State, DateTimeOffset? AsOf, string? Message, long RowsDone, long RowsTotal,
    string? Reader, long Returned, long RowsPutAside, IReadOnlyList<PutAsideAnswer> PutAside)
{
    public static SourceAnswer Of(SourceStatus status) =>
        new(status.Source, status.State, status.AsOf, status.Message, status.RowsDone, status.RowsTotal, status.Reader, status.Returned, status.RowsPutAside, [.. status.PutAside.Select(PutAsideAnswer.Of)]);
}

/// <summary>A row that could not be read or stored: as a whole, or only one <c>member</c> of it, and then the job is kept without that.</summary>
internal sealed record PutAsideAnswer(string Id, string? Member, bool JobIsKept, string? SqlState, string Sentence, DateTimeOffset? FirstSeen, DateTimeOffset? LastSeen)
{
    public static PutAsideAnswer Of(BadRow row) =>
        new(row.Id, row.Member.Length == 0 ? null : row.Member, row.IsKept, row.SqlState, row.Sentence, row.FirstSeen, row.LastSeen);
}
