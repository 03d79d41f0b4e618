using System.Collections.Concurrent;

namespace JobLineage.Core.Feed;

/// <summary>Knows which sources somebody looks at, so that the others are asked less often.</summary>
public sealed class Attention
{
    private readonly ConcurrentDictionary<string, int> watchers = new(StringComparer.Ordinal);

    /// <summary>Says that somebody looks at a source, until the result is disposed.</summary>
    public IDisposable Watch(string source)
    {
        watchers.AddOrUpdate(source, 1, static (_, count) => count + 1);
        return new Watcher(this, source);
    }

    /// <summary>Whether anybody looks at a source.</summary>
    public bool IsWatched(string source) => watchers.TryGetValue(source, out var count) && count > 0;

    private sealed class Watcher(Attention attention, string source) : IDisposable
    {
        private int disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) == 0)
                attention.watchers.AddOrUpdate(source, 0, static (_, count) => count - 1);
        }
    }
}
