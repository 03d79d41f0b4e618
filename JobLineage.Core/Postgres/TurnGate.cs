namespace JobLineage.Core.Postgres;

/// <summary>
/// Lets a number of holders in at a time, in the order in which they came. Whoever leaves and comes again stands at the end,
/// so that one who is busy and one who is not get the same number of turns.
/// </summary>
/// <param name="places">How many may be inside.</param>
public sealed class TurnGate(int places)
{
    private readonly Lock @lock = new();
    private readonly LinkedList<TaskCompletionSource<object?>> waiting = [];

    // Free places that were used before, each with whoever used it last.
    private readonly List<object?> left = [];
    private int unused = places;

    /// <summary>How many wait.</summary>
    public int Waiting
    {
        get
        {
            lock (@lock)
                return waiting.Count;
        }
    }

    /// <summary>Waits for a place; disposing what is returned gives it to the next.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    public Task<TurnPlace> EnterAsync(CancellationToken cancellation) => EnterAsync(null, cancellation);

    /// <summary>Waits for a place, and takes the one that the same user had last, if that is free.</summary>
    /// <param name="user">Who wants it.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<TurnPlace> EnterAsync(object? user, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        LinkedListNode<TaskCompletionSource<object?>> place;
        lock (@lock)
        {
            if (TryTake(user, out var last))
                return new(this, user, last);
            place = waiting.AddLast(new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        await using var stop = cancellation.Register(() =>
        {
            lock (@lock)
            {
                // Not when it was given the place just now: then it has it, and leaves it.
                if (place.List is null)
                    return;
                waiting.Remove(place);
            }

            place.Value.TrySetCanceled(cancellation);
        });
        return new(this, user, await place.Value.Task);
    }

    internal void Leave(object? user)
    {
        TaskCompletionSource<object?>? next = null;
        lock (@lock)
        {
            if (waiting.First is { } first)
            {
                waiting.Remove(first);
                next = first.Value;
            }
            else
            {
                left.Add(user);
            }
        }

        next?.TrySetResult(user);
    }

    private bool TryTake(object? user, out object? last)
    {
        last = null;
        var own = left.IndexOf(user);
        if (own < 0 && unused > 0)
        {
            unused--;
            return true;
        }

        if (left.Count == 0)
            return false;
        // Of others' the one that was left first.
        own = Math.Max(own, 0);
        last = left[own];
        left.RemoveAt(own);
        return true;
    }
}

/// <summary>A place within a <see cref="TurnGate"/>.</summary>
public sealed class TurnPlace : IDisposable
{
    private readonly TurnGate gate;
    private readonly object? user;
    private int left;

    internal TurnPlace(TurnGate gate, object? user, object? last) => (this.gate, this.user, Last) = (gate, user, last);

    /// <summary>Who had it before; null for nobody.</summary>
    public object? Last { get; }

    /// <inheritdoc />
    public void Dispose()
    {
        if (Interlocked.Exchange(ref left, 1) == 0)
            gate.Leave(user);
    }
}
