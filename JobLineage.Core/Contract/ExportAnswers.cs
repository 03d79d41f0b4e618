using JobLineage.Core.Model;

namespace JobLineage.Core.Contract;

/// <summary>
/// A run with its jobs, in the shape of <c>docs/schemas/run-export.schema.json</c>. It is written as it is read, and <c>jobCount</c> comes last: a file without
/// it is not whole.
/// </summary>
public sealed record RunExportAnswer(
    string Format, int Version, SelectionAnswer Selection, RunHeadAnswer Run, IReadOnlyList<StageAnswer> Stages, IReadOnlyList<StageEdge> Edges,
    IReadOnlyList<StageLink> Links, bool LinksTruncated,
    IReadOnlyList<FindingAnswer> Findings, IReadOnlyList<JobAnswer> Jobs, long JobCount);

/// <summary>Which jobs of a run are meant; nothing: all. <c>filter</c> is the whole of it as it is typed, the others what always had a member.</summary>
public sealed record SelectionAnswer(
    string? Stage, string? State, string? Queue, long? Error, string? Q, string? Below, [property: Terse] IReadOnlyList<string> Ids, string? Filter)
{
    /// <summary>From what it shows.</summary>
    public static SelectionAnswer Of(JobFilter filter) => new(
        filter.Stage, filter.States is [var state] ? state.Name() : null, filter.Queue, filter.Error, filter.Texts is [var text] ? text : null,
        filter.Below, filter.Ids, filter.IsAll ? null : filter.ToString());
}

/// <summary>A statement, and what is to be known of its answer, one sentence each.</summary>
public sealed record SqlAnswer(string Source, string Root, string Sql, IReadOnlyList<string> Notes);

/// <summary>The event <c>finished</c>: nothing goes on in the run.</summary>
public sealed record FinishedEvent(RunState State, DateTimeOffset? FinishedAt);

/// <summary>The event <c>lost</c>: the store does not answer; <c>error</c> says why, a sentence, where that is known.</summary>
public sealed record LostEvent(string? Error);
