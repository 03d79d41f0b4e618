using JobLineage.Core.Lineage;
using JobLineage.Core.Lineage.Inference;
using JobLineage.Tests.Lineage.Inference;

namespace JobLineage.Tests.Support;

/// <summary>Infers from jobs in memory, when it is told to.</summary>
internal sealed class FakeUntracked : IUntrackedLineage
{
    private readonly Lazy<IReadOnlyList<Simulated>> jobs = new(() => SimulatedRuns.Random(new(5), SimulatedRuns.Keyed, roots: 1));

    /// <summary>What was asked.</summary>
    public List<(string Source, string Id, string? Key, TimeSpan Window)> Asked { get; } = [];

    /// <summary>What stands in the way.</summary>
    public string? Problem { get; set; }

    /// <summary>Whether it goes on until it is told to end.</summary>
    public bool Hangs { get; set; }

    /// <summary>How many readings were told to end.</summary>
    public int Ended { get; private set; }

    /// <summary>The root of the jobs.</summary>
    public string Root => jobs.Value.First(j => j.Worker == SimulatedRuns.Keyed).Id;

    public async Task<InferenceAnswer> InferAsync(string source, string id, string? key, TimeSpan window, CancellationToken cancellation)
    {
        Asked.Add((source, id, key, window));
        if (Hangs)
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            finally
            {
                Ended++;
            }
        }

        return Problem is not null ? new(null, Problem) : new(new LineageInference(SimulatedQueue.Input(jobs.Value, id) with { Key = key }).Infer());
    }
}
