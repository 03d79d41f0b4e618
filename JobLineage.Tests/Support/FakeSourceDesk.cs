using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Tests.Support;

/// <summary>What a store has of sources, in memory, and what was done to it.</summary>
internal sealed class FakeSourceDesk : IForgetting, IPutAside
{
    public Dictionary<string, Forgettable> Found { get; } = [];

    public List<string> Forgotten { get; } = [];

    public List<string> Retried { get; } = [];

    public Task<Forgettable?> PreviewAsync(string source, string? run, CancellationToken cancellation) => Task.FromResult(Found.GetValueOrDefault(source));

    public Task<long?> ForgetAsync(string source, string? run, Action<long>? removed, CancellationToken cancellation)
    {
        if (!Found.Remove(source))
            return Task.FromResult<long?>(null);
        Forgotten.Add(source);
        return Task.FromResult<long?>(1);
    }

    public Task<bool> RetryAsync(string source, CancellationToken cancellation)
    {
        Retried.Add(source);
        return Task.FromResult(true);
    }
}
