using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Bench.Faults;

/// <summary>Somebody who looks at a run on a replica: keeps the newest picture that the hub sent.</summary>
public sealed class Viewer : IAsyncDisposable
{
    private readonly HubSubscription<RunSnapshot> subscription;
    private readonly Task watching;
    private volatile HubUpdate<RunSnapshot> seen;

    private Viewer(RunHub hub, RunKey run)
    {
        Run = run;
        subscription = hub.Subscribe(run);
        seen = subscription.Current;
        watching = WatchAsync();
    }

    /// <summary>What is looked at.</summary>
    public RunKey Run { get; }

    /// <summary>What is on the screen; null when there is no such run.</summary>
    public RunSnapshot? Seen => seen.Value;

    /// <summary>Begins to look.</summary>
    public static Viewer Look(RunHub hub, RunKey run) => new(hub, run);

    /// <summary>What differs between the screen and the store; null for nothing.</summary>
    /// <param name="reader">Reads the store past the hub.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<string?> DifferenceAsync(IRunReader reader, CancellationToken cancellation)
    {
        var stored = await reader.FindRunAsync(Run.Source, Run.RootId, cancellation);
        var (on, connection) = (seen.Value, seen.Connection);
        if (connection != HubConnection.Connected)
            return $"the viewer of run {Run.RootId} is {connection}";
        if (on?.RootId != stored?.RootId || on?.Version != stored?.Version)
            return $"the viewer of run {Run.RootId} sees version {on?.Version} of {on?.RootId}, the store has {stored?.Version} of {stored?.RootId}";
        return on is null || on.Stages.Select(s => (s.Path, s.Counts)).SequenceEqual(stored!.Stages.Select(s => (s.Path, s.Counts)))
            ? null
            : $"the viewer of run {Run.RootId} sees other counts than the store has";
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        subscription.Dispose();
        await watching;
    }

    private async Task WatchAsync()
    {
        await foreach (var update in subscription.Updates.ReadAllAsync())
            seen = update;
    }
}
