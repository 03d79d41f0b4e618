namespace JobLineage.Core.Model;

/// <summary>A run with what a comparison needs besides its counts; all of it read at one moment.</summary>
/// <param name="Run">The run.</param>
/// <param name="Spans">How long jobs waited and ran, by the path of their stage; stages of which nothing is known are left out.</param>
/// <param name="Errors">Errors that jobs have not got over, by stage, the most frequent first.</param>
/// <param name="ErrorsAreCut">Whether there are more errors than these.</param>
public sealed record RunSide(
    RunSnapshot Run, IReadOnlyDictionary<string, StageSpans> Spans, IReadOnlyList<StageError> Errors, bool ErrorsAreCut);

/// <summary>How long the finished jobs of a stage waited and ran: from the newest of them where there are many.</summary>
/// <param name="Waiting">From due to begun; null when no job has both.</param>
/// <param name="Running">From begun to finished; null when no job has both.</param>
/// <param name="Sampled">How many finished jobs that is taken from.</param>
public sealed record StageSpans(SpanStatistics? Waiting, SpanStatistics? Running, long Sampled);

/// <summary>The jobs of a stage whose last error has one fingerprint.</summary>
/// <param name="Stage">The stage's path.</param>
/// <param name="Fingerprint">The fingerprint's number in the store.</param>
/// <param name="Text">The error with what differs from job to job left out.</param>
/// <param name="Final">Discarded jobs.</param>
/// <param name="Other">Jobs that will be retried, or were called off.</param>
public sealed record StageError(string Stage, int Fingerprint, string Text, long Final, long Other)
{
    /// <summary>All of them.</summary>
    public long Jobs => Final + Other;
}
