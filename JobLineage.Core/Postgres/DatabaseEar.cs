using Npgsql;

namespace JobLineage.Core.Postgres;

/// <summary>
/// One connection that listens to the channels of a database for everybody who wants to hear one. It is opened for the first
/// and closed after the last; when it is lost all hear of it, because anything may have been missed. A sign of life of the
/// database is asked for on it too: it is there for all, and never in use for long.
/// </summary>
/// <param name="time">For waiting.</param>
/// <param name="preferred">Connections of which one is kept free for listening; null: those of whoever comes first.</param>
public sealed class DatabaseEar(TimeProvider time, NpgsqlDataSource? preferred = null) : IAsyncDisposable
{
    /// <summary>A silent connection is asked something this often: one that died unnoticed is found.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private readonly Lock @lock = new();
    private readonly HashSet<EarListener> listeners = [];
    private readonly Queue<Request> requests = [];
    private CancellationTokenSource? interrupt;
    private Task work = Task.CompletedTask;
    private bool isWorking;
    private bool isDisposed;

    /// <summary>Begins to listen to a channel.</summary>
    /// <param name="database">Connections to the database.</param>
    /// <param name="channel">A name that needs no quoting.</param>
    /// <param name="cancellation">Stops waiting for it.</param>
    /// <exception cref="NpgsqlException">It can't be listened to now.</exception>
    public async Task<EarListener> ListenAsync(NpgsqlDataSource database, string channel, CancellationToken cancellation)
    {
        var listener = new EarListener(this, channel, time);
        try
        {
            await AskAsync(new(Wish.Listen, database, listener)).WaitAsync(cancellation);
            return listener;
        }
        catch
        {
            await listener.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks the database for a sign of life; whoever asks at the same time shares the answer.</summary>
    /// <param name="database">Connections to the database.</param>
    /// <param name="cancellation">Stops waiting for it.</param>
    /// <exception cref="NpgsqlException">It does not answer.</exception>
    public Task AnswersAsync(NpgsqlDataSource database, CancellationToken cancellation) =>
        AskAsync(new(Wish.Answer, database, null)).WaitAsync(cancellation);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Task last;
        lock (@lock)
        {
            isDisposed = true;
            Interrupt();
            last = work;
        }

        await last;
    }

    internal async ValueTask LeaveAsync(EarListener listener) =>
        await AskAsync(new(Wish.Leave, null, listener)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private Task AskAsync(Request request)
    {
        lock (@lock)
        {
            if (isDisposed || (request.Wish == Wish.Leave && !isWorking))
            {
                if (request.Wish != Wish.Leave)
                    return Task.FromException(new ObjectDisposedException(nameof(DatabaseEar)));
                listeners.Remove(request.Listener!);
                return Task.CompletedTask;
            }

            if (request.Wish == Wish.Answer && requests.FirstOrDefault(r => r.Wish == Wish.Answer) is { } same)
                return same.Done.Task;

            requests.Enqueue(request);
            Interrupt();
            if (!isWorking)
            {
                isWorking = true;
                work = Task.Run(WorkAsync);
            }

            return request.Done.Task;
        }
    }

    /// <summary>On another thread: what waits would go on within the lock. It has no timer, so nothing is left undisposed.</summary>
    private void Interrupt() => _ = interrupt?.CancelAsync();

    private async Task WorkAsync()
    {
        EarConnection? connection = null;
        Request? inHand = null;
        try
        {
            while (Next() is { } request)
            {
                inHand = request;
                connection ??= await EarConnection.OpenAsync(preferred, request.Database!, Hear);
                await ServeAsync(connection, request);
                while (TryTake(out var more))
                    await ServeAsync(connection, more);
                if (!await HearAsync(connection))
                    break;
            }
        }
        catch (Exception e)
        {
            // Also of the one for whom the connection was to be opened.
            inHand?.Done.TrySetException(e);
            Lose(e);
        }
        finally
        {
            try
            {
                if (connection is not null)
                    await connection.DisposeAsync();
            }
            finally
            {
                // Whatever closing fails with: those who come later are served.
                Rest();
            }
        }
    }

    /// <summary>Waits for notifications until there is something to do; false when nobody listens any more.</summary>
    private async Task<bool> HearAsync(EarConnection connection)
    {
        while (true)
        {
            CancellationTokenSource stop;
            lock (@lock)
            {
                if (isDisposed || listeners.Count == 0)
                    return requests.Count > 0 && !isDisposed;
                if (requests.Count > 0)
                    return true;
                interrupt = stop = new();
            }

            try
            {
                if (await connection.WaitAsync(KeepAlive, stop.Token))
                    continue;
                await connection.PingAsync();
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
            }
            finally
            {
                lock (@lock)
                    interrupt = null;
            }
        }
    }

    private void Hear(string channel)
    {
        lock (@lock)
        {
            foreach (var listener in listeners)
            {
                if (listener.Channel == channel)
                    listener.Nudge();
            }
        }
    }

    private async Task ServeAsync(EarConnection connection, Request request)
    {
        try
        {
            if (request.Listener is { } listener)
                await ServeAsync(connection, listener, request.Wish == Wish.Listen);
            else
                await connection.PingAsync();
            request.Done.TrySetResult();
        }
        catch (Exception e)
        {
            request.Done.TrySetException(e);
            throw;
        }
    }

    private async Task ServeAsync(EarConnection connection, EarListener listener, bool isListen)
    {
        bool isFirst, isLast;
        lock (@lock)
        {
            isFirst = isListen && listeners.All(l => l.Channel != listener.Channel);
            isLast = !isListen && listeners.Remove(listener) && listeners.All(l => l.Channel != listener.Channel);
        }

        if (isFirst || isLast)
            await connection.ListenAsync(listener.Channel, isFirst);

        lock (@lock)
        {
            if (isListen)
                listeners.Add(listener);
        }
    }

    private Request? Next()
    {
        lock (@lock)
        {
            // Whoever leaves a connection that was never opened has left.
            while (requests.TryDequeue(out var request))
            {
                if (!isDisposed && (request.Wish != Wish.Leave || listeners.Count > 0))
                    return request;
                GiveUp(request, new ObjectDisposedException(nameof(DatabaseEar)));
            }

            return null;
        }
    }

    private bool TryTake(out Request request)
    {
        lock (@lock)
            return requests.TryDequeue(out request!);
    }

    private void Lose(Exception e)
    {
        lock (@lock)
        {
            foreach (var listener in listeners)
                listener.Lose(e);
            listeners.Clear();
            while (requests.TryDequeue(out var request))
                GiveUp(request, e);
        }
    }

    private void GiveUp(Request request, Exception e)
    {
        if (request.Wish != Wish.Leave)
        {
            request.Done.TrySetException(e);
            return;
        }

        listeners.Remove(request.Listener!);
        request.Done.TrySetResult();
    }

    private void Rest()
    {
        lock (@lock)
        {
            isWorking = false;
            while (isDisposed && requests.TryDequeue(out var late))
                GiveUp(late, new ObjectDisposedException(nameof(DatabaseEar)));

            if (requests.Count == 0)
                return;
            isWorking = true;
            work = Task.Run(WorkAsync);
        }
    }

    private enum Wish
    {
        Listen,
        Leave,
        Answer,
    }

    /// <param name="Wish">What is wanted.</param>
    /// <param name="Database">Connections to the database; null when whoever leaves needs none.</param>
    /// <param name="Listener">Who comes or leaves; null for a sign of life.</param>
    private sealed record Request(Wish Wish, NpgsqlDataSource? Database, EarListener? Listener)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
