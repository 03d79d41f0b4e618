using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Tests.Support;

/// <summary>Comparisons in memory.</summary>
internal sealed class FakeComparisons : IRunComparisons
{
    /// <summary>The sides that there are, by the id of the root.</summary>
    public Dictionary<string, RunSide> Sides { get; } = [];

    public string? LastGood { get; set; }

    /// <summary>Thrown by every call while set.</summary>
    public Exception? Failure { get; set; }

    public int Compared { get; private set; }

    public Task<RunComparison?> CompareAsync(string source, string before, string after, CancellationToken cancellation)
    {
        ThrowIfFailing();
        Compared++;
        return Task.FromResult(Sides.TryGetValue(before, out var one) && Sides.TryGetValue(after, out var other) ? RunComparer.Compare(one, other) : null);
    }

    public Task<string?> FindLastGoodAsync(string source, string jobId, CancellationToken cancellation)
    {
        ThrowIfFailing();
        return Task.FromResult(LastGood);
    }

    public Task<(string Before, string After)?> FindPairAsync(
        string source, IReadOnlyList<(string Before, string After)> pairs, CancellationToken cancellation)
    {
        ThrowIfFailing();
        var found = pairs.Where(p => Sides.ContainsKey(p.Before) && Sides.ContainsKey(p.After)).Take(1).ToList();
        return Task.FromResult<(string, string)?>(found.Count > 0 ? found[0] : null);
    }

    private void ThrowIfFailing()
    {
        if (Failure is not null)
            throw Failure;
    }
}
