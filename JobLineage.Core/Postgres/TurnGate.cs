namespace JobLineage.Core.Postgres;

/// <summary>
/// Lets a number of holders in at a time, in the order in which they came. Whoever leaves and comes again stands at the end,
/// so that one who is busy and one who is not get the same number of turns.
/// </summary>
/// <param name="places">How many may be inside.</param>
public sealed class TurnGate(int places)
{
    private readonly Lock @lock = new();
    private readonly LinkedList<TaskCompletionSource> waiting = [];
    private int free = places;

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
    public async Task<IDisposable> EnterAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        LinkedListNode<TaskCompletionSource> place;
        lock (@lock)
        {
            if (free > 0)
            {
                free--;
                return new Place(this);
            }

            place = waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
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
        await place.Value.Task;
        return new Place(this);
    }

    private void Leave()
    {
        TaskCompletionSource? next = null;
        lock (@lock)
        {
            if (waiting.First is { } first)
            {
                waiting.Remove(first);
                next = first.Value;
            }
            else
            {
                free++;
            }
        }

        next?.TrySetResult();
    }

    private sealed class Place(TurnGate gate) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
                gate.Leave();
        }
    }
}
