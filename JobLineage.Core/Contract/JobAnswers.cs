using System.Text.Json.Serialization;
using JobLineage.Core.Model;

namespace JobLineage.Core.Contract;

/// <summary>
/// A job with its way up and what it spawned. Of a long way up the first and the nearest <c>ancestors</c> are here, and <c>ancestorsOmitted</c> says how many
/// are left out between them.
/// </summary>
public sealed record JobViewAnswer(
    string Source, string Id, string Root, string Stage, JobAnswer Job, IReadOnlyList<JobAnswer> Ancestors, long AncestorsOmitted,
    IReadOnlyList<ChildrenAnswer> Children, SiblingsAnswer? Siblings, NativeAnswer? Native, IReadOnlyList<JobVersionAnswer> SameId)
{
    /// <summary>From what it shows.</summary>
    public static JobViewAnswer Of(JobView view, NativeRow? native) => new(
        view.Job.Source, view.Job.Id, view.RootId, view.StagePath, JobAnswer.Of(view.Job, view.StagePath),
        [.. view.Ancestors.Select(JobAnswer.Of)], view.AncestorsOmitted, [.. view.Children.Select(ChildrenAnswer.Of)],
        SiblingsAnswer.Of(view.Siblings), NativeAnswer.Of(native), [.. view.Others.Select(JobVersionAnswer.Of)]);
}

/// <summary>Another job that has had the same id in the source; <c>id</c> is its address, and one that <c>isEarlier</c> is history.</summary>
public sealed record JobVersionAnswer(string Id, string Worker, string State, DateTimeOffset? InsertedAt, bool IsEarlier)
{
    /// <summary>From what it shows.</summary>
    public static JobVersionAnswer Of(JobVersionLine job) => new(job.Id, job.Worker, job.State.Name(), job.InsertedAt, job.IsEarlier);
}

/// <summary>The jobs of the same parent, or step, itself included; <c>totalIsAtLeast</c> when they were not all counted.</summary>
public sealed record SiblingsAnswer(long Total, bool TotalIsAtLeast, IReadOnlyDictionary<string, long> Counts, string? Previous, string? Next)
{
    /// <summary>From what it shows; null of nothing.</summary>
    public static SiblingsAnswer? Of(JobSiblings? siblings) => siblings is null
        ? null
        : new(siblings.Counts.Total, siblings.IsTruncated, siblings.Counts.ByName(), siblings.Previous, siblings.Next);
}

/// <summary>The row as the source has it: <c>state</c> is present, gone or unreachable, and then <c>problem</c> says why.</summary>
public sealed record NativeAnswer(NativeRowState State, string? Problem, DateTimeOffset AsOf, IReadOnlyList<NativeColumnAnswer> Columns)
{
    /// <summary>From what it shows; null of nothing.</summary>
    public static NativeAnswer? Of(NativeRow? row) => row is null
        ? null
        : new(row.State, row.Problem, row.AsOf, [.. row.Columns.Select(c => new NativeColumnAnswer(c.Name, RawJson.Of(c.Text, c.IsCut), c.Length, c.IsCut))]);
}

/// <summary>A column; JSON as JSON unless it is cut.</summary>
public sealed record NativeColumnAnswer(string Name, RawJson? Value, long Length, bool IsCut);

/// <summary>The children in one stage; <c>sample</c> holds the first of them.</summary>
public sealed record ChildrenAnswer(
    string Stage, string Worker, long Total, IReadOnlyDictionary<string, long> Counts, IReadOnlyList<JobAnswer> Sample)
{
    /// <summary>From what it shows.</summary>
    public static ChildrenAnswer Of(ChildGroup group) => new(
        group.Stage, group.Worker, group.Counts.Total, group.Counts.ByName(), [.. group.Sample.Select(j => JobAnswer.Of(j, group.Stage))]);
}

/// <summary>
/// A job. <c>id</c> is its address and <c>nativeId</c> what it is, or was, in its source; <c>state</c>, <c>attempt</c> and <c>maxAttempts</c> are null for one that <c>isMissing</c>: it was
/// never seen, or it <c>isBlind</c>: its row is there, was read before, and now can't be. <c>parentId</c> is the id that the job names, or that of the job above it where links were inferred;
/// <c>parents</c> are further ones, where the queue knows of several.
/// <c>stage</c>, <c>depth</c> (1 at the root) and <c>errorId</c> (the number of the last error's kind) are null where they are not known; <c>waitedSeconds</c> and <c>ranSeconds</c>
/// are of the last attempt. <c>worker</c>, <c>priority</c>, <c>args</c>, <c>meta</c>, <c>isCut</c> (only the beginning of these two is there) and <c>errors</c> (the last ones, the oldest first) are
/// null where they were not read.
/// </summary>
public record JobAnswer(
    string Id, string NativeId, string? Stage, int? Depth, string? State, string? Worker, [property: Terse] string Queue, string? Step,
    string? ParentId, [property: Terse] IReadOnlyList<string> Parents, string? RunKey, int? Attempt, int? MaxAttempts, int? Priority, DateTimeOffset? InsertedAt, DateTimeOffset? ScheduledAt,
    DateTimeOffset? AttemptedAt, DateTimeOffset? FinishedAt, decimal? WaitedSeconds, decimal? RanSeconds, string? AttemptedBy, RawJson? Args, RawJson? Meta,
    [property: Terse] bool? IsCut, [property: Terse] IReadOnlyList<JobErrorAnswer>? Errors, int? ErrorId, [property: Terse] bool IsMissing,
    [property: Terse] bool IsBlind, [property: Terse] bool IsGone, [property: Terse] bool IsVanished, [property: Terse] bool IsCycleCut)
{
    /// <summary>An older name of <see cref="ParentId"/>; it goes with the next release.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Parent => ParentId;

    /// <summary>An older name of <see cref="IsMissing"/>, there where it is true; it goes with the next release.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Missing => IsMissing ? true : null;

    /// <summary>An older name of <see cref="IsCycleCut"/>, there where it is true; it goes with the next release.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? CycleCut => IsCycleCut ? true : null;

    /// <summary>A job as it was read whole.</summary>
    public static JobAnswer Of(Job job) => Of(job, null);

    /// <summary>A job in its place.</summary>
    /// <param name="job">The job.</param>
    /// <param name="stage">The path of its stage; null: not known.</param>
    /// <param name="errorId">The number of its last error's kind; null: not known.</param>
    public static JobAnswer Of(Job job, string? stage, int? errorId = null)
    {
        ArgumentNullException.ThrowIfNull(job);
        var wasRead = !job.IsMissing || job.IsBlind;
        return new(
            job.Id, job.NativeId, stage, null, job.IsMissing ? null : job.State.Name(), wasRead ? job.Worker : null, job.Queue, job.Step, job.ParentId, job.Parents, job.RunKey,
            job.IsMissing ? null : job.Attempt, job.IsMissing ? null : job.MaxAttempts, wasRead ? job.Priority : null, job.InsertedAt, job.ScheduledAt,
            job.AttemptedAt, job.FinishedAt, Format.Seconds(JobSpans.Waited(job.ScheduledAt, job.AttemptedAt)),
            Format.Seconds(JobSpans.Ran(job.State, job.AttemptedAt, job.FinishedAt)), job.AttemptedBy, RawJson.Of(job.Args), RawJson.Of(job.Meta),
            wasRead ? job.IsCut : null, wasRead ? [.. job.Errors.Select(e => new JobErrorAnswer(e.Attempt, e.At, e.Message))] : null, errorId,
            job.IsMissing, job.IsBlind, job.IsGone, job.IsVanished, job.IsCycleCut);
    }
}

/// <summary>One failed attempt.</summary>
public sealed record JobErrorAnswer(int Attempt, DateTimeOffset? At, string Message);

/// <summary>The sources.</summary>
public sealed record SourcesAnswer(IReadOnlyList<SourceAnswer> Sources);

/// <summary>How fresh a source is.</summary>
public sealed record SourceAnswer(
    string Name, FeedState State, DateTimeOffset? AsOf, string? Message, long RowsDone, long RowsTotal,
    string? Reader, long Returned, long RowsPutAside, IReadOnlyList<PutAsideAnswer> PutAside)
{
    /// <summary>From what it shows.</summary>
    public static SourceAnswer Of(SourceStatus status) =>
        new(status.Source, status.State, status.AsOf, status.Message, status.RowsDone, status.RowsTotal, status.Reader, status.Returned, status.RowsPutAside, [.. status.PutAside.Select(PutAsideAnswer.Of)]);
}

/// <summary>A row that could not be read or stored: as a whole, or only one <c>member</c> of it, and then the job is kept without that.</summary>
public sealed record PutAsideAnswer(string Id, string? Member, bool JobIsKept, string? SqlState, string Sentence, DateTimeOffset? FirstSeen, DateTimeOffset? LastSeen)
{
    /// <summary>From what it shows.</summary>
    public static PutAsideAnswer Of(BadRow row) =>
        new(row.Id, row.Member.Length == 0 ? null : row.Member, row.IsKept, row.SqlState, row.Sentence, row.FirstSeen, row.LastSeen);
}
