using Npgsql;

namespace JobLineage.Core.Postgres;

/// <summary>
/// One connection that listens to the channels of a database for everybody who wants to hear one. It is opened for the first
/// and closed after the last; when it is lost all hear of it, because anything may have been missed.
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
            await AskAsync(new(listener, database, IsListen: true)).WaitAsync(cancellation);
            return listener;
        }
        catch
        {
            await listener.DisposeAsync();
            throw;
        }
    }

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
        await AskAsync(new(listener, null, IsListen: false)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private Task AskAsync(Request request)
    {
        lock (@lock)
        {
            if (isDisposed || (!request.IsListen && !isWorking))
            {
                listeners.Remove(request.Listener);
                return isDisposed && request.IsListen ? Task.FromException(new ObjectDisposedException(nameof(DatabaseEar))) : Task.CompletedTask;
            }

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
        NpgsqlConnection? connection = null;
        Request? inHand = null;
        try
        {
            while (Next() is { } request)
            {
                inHand = request;
                connection ??= await OpenAsync(request.Database!);
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
            if (connection is not null)
                await CloseAsync(connection);
            Rest();
        }
    }

    /// <summary>Waits for notifications until there is something to do; false when nobody listens any more.</summary>
    private async Task<bool> HearAsync(NpgsqlConnection connection)
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
                await using var ping = new NpgsqlCommand("select 1", connection) { CommandTimeout = 5 };
                await ping.ExecuteNonQueryAsync(CancellationToken.None);
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

    private async Task<NpgsqlConnection> OpenAsync(NpgsqlDataSource database)
    {
        var connection = await ConnectAsync(database);
        connection.Notification += (_, e) =>
        {
            lock (@lock)
            {
                foreach (var listener in listeners)
                {
                    if (listener.Channel == e.Channel)
                        listener.Nudge();
                }
            }
        };
        return connection;
    }

    private async Task<NpgsqlConnection> ConnectAsync(NpgsqlDataSource database)
    {
        if (preferred is not null && preferred != database)
        {
            try
            {
                return await preferred.OpenConnectionAsync(CancellationToken.None);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                // Its user may have been dropped, say: that is no reason for others not to hear.
            }
        }

        return await database.OpenConnectionAsync(CancellationToken.None);
    }

    private async Task ServeAsync(NpgsqlConnection connection, Request request)
    {
        var channel = request.Listener.Channel;
        bool isFirst, isLast;
        lock (@lock)
        {
            isFirst = request.IsListen && listeners.All(l => l.Channel != channel);
            isLast = !request.IsListen && listeners.Remove(request.Listener) && listeners.All(l => l.Channel != channel);
        }

        try
        {
            if (isFirst || isLast)
            {
                await using var command = new NpgsqlCommand($"{(isFirst ? "listen" : "unlisten")} {channel}", connection) { CommandTimeout = 15 };
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }

            lock (@lock)
            {
                if (request.IsListen)
                    listeners.Add(request.Listener);
            }

            request.Done.TrySetResult();
        }
        catch (Exception e)
        {
            request.Done.TrySetException(e);
            throw;
        }
    }

    private Request? Next()
    {
        lock (@lock)
        {
            // Whoever leaves a connection that was never opened has left.
            while (requests.TryDequeue(out var request))
            {
                if (!isDisposed && (request.IsListen || listeners.Count > 0))
                    return request;
                listeners.Remove(request.Listener);
                request.Done.TrySetResult();
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
            {
                if (request.IsListen)
                    request.Done.TrySetException(e);
                else
                    request.Done.TrySetResult();
            }
        }
    }

    private void Rest()
    {
        lock (@lock)
        {
            isWorking = false;
            while (isDisposed && requests.TryDequeue(out var late))
            {
                if (late.IsListen)
                    late.Done.TrySetException(new ObjectDisposedException(nameof(DatabaseEar)));
                else
                    late.Done.TrySetResult();
            }

            if (requests.Count == 0)
                return;
            isWorking = true;
            work = Task.Run(WorkAsync);
        }
    }

    /// <summary>A connection goes back to its pool with its session: LISTEN would stay with it until it is used again.</summary>
    private static async Task CloseAsync(NpgsqlConnection connection)
    {
        try
        {
            if (connection.FullState == System.Data.ConnectionState.Open)
            {
                await using var release = new NpgsqlCommand("unlisten *", connection) { CommandTimeout = 5 };
                await release.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            // It is closed and not used again.
        }

        await connection.DisposeAsync();
    }

    private sealed record Request(EarListener Listener, NpgsqlDataSource? Database, bool IsListen)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
