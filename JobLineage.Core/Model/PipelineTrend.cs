namespace JobLineage.Core.Model;

/// <summary>
/// The last runs of a pipeline that have come to rest. One object is handed out as long as they are the same: two are equal
/// when they are one.
/// </summary>
/// <param name="runs">The runs, the one that ended last at the end.</param>
public sealed class PipelineTrend(IReadOnlyList<EndedRun> runs)
{
    /// <summary>How many runs are kept at most.</summary>
    public const int MostRuns = 20;

    /// <summary>The runs, the one that ended last at the end.</summary>
    public IReadOnlyList<EndedRun> Runs => runs;
}

/// <summary>A run that has come to rest.</summary>
/// <param name="RootId">The id of its root.</param>
/// <param name="Took">From its first insertion to its last activity; null when unknown.</param>
/// <param name="Jobs">How many jobs it has.</param>
/// <param name="Discarded">How many of them failed for good.</param>
public sealed record EndedRun(string RootId, TimeSpan? Took, long Jobs, long Discarded);
