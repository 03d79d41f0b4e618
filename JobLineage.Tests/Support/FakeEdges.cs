using System.Collections.Concurrent;
using JobLineage.Core.Model;

namespace JobLineage.Tests.Support;

/// <summary>Answers about edges with what a test has put in, and says what it was asked.</summary>
internal sealed class FakeEdges
{
    private readonly ConcurrentQueue<string> _asked = new();

    /// <summary>By <c>from → to</c>.</summary>
    public ConcurrentDictionary<string, EdgeFacts> Facts { get; } = [];

    public Exception? Failure { get; set; }

    /// <summary>Every answer waits for it while set.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public IReadOnlyList<string> Asked => [.. _asked];

    public async Task<EdgeFacts?> FindAsync(string from, string to, CancellationToken cancellation)
    {
        _asked.Enqueue($"{from} → {to}");
        if (Gate is { } gate)
            await gate.Task.WaitAsync(cancellation);
        return Failure is null ? Facts.GetValueOrDefault($"{from} → {to}") : throw Failure;
    }
}
