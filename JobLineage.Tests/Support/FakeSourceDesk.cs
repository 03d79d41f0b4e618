using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Tests.Support;

/// <summary>What a store has of sources, in memory, and what was done to it.</summary>
internal sealed class FakeSourceDesk : IForgetting, IPutAside
{
    public Dictionary<string, Forgettable> Found { get; } = [];

    public List<string> Forgotten { get; } = [];

    public List<string> Retried { get; } = [];

    /// <summary>What forgetting waits for; null: nothing.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public Task<Forgettable?> PreviewAsync(string source, string? run, CancellationToken cancellation) => Task.FromResult(Found.GetValueOrDefault(source));

    public async Task<long?> ForgetAsync(string source, string? run, Action<long>? removed, CancellationToken cancellation)
    {
        if (Gate is { } gate)
            await gate.Task;
        if (!Found.Remove(source))
            return null;
        Forgotten.Add(source);
        return 1;
    }

    public Task<bool> RetryAsync(string source, CancellationToken cancellation)
    {
        Retried.Add(source);
        return Task.FromResult(true);
    }
}
