using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace JobLineage.Bench.Faults;

/// <summary>
/// A way to a server that can stop forwarding while all connections stay open: what a lost cable, a dropped route or the end of
/// a machine's power looks like from the other side.
/// </summary>
public sealed class StallingProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, bool> open = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly int target;
    private readonly Task accepting;
    private volatile TaskCompletionSource flow = Flowing();

    /// <summary>Begins to forward.</summary>
    /// <param name="target">The server's port on this machine.</param>
    public StallingProxy(int target)
    {
        this.target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>The port that leads to the server.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Forwards nothing any more, in either direction; nobody is told.</summary>
    public void Stall() => flow = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Forwards what has piled up, and what comes.</summary>
    public void Resume() => flow.TrySetResult();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Resume();
        await stopping.CancelAsync();
        listener.Stop();
        foreach (var socket in open.Keys)
            socket.Dispose();
        await accepting;
        stopping.Dispose();
    }

    private static TaskCompletionSource Flowing()
    {
        var flowing = new TaskCompletionSource();
        flowing.SetResult();
        return flowing;
    }

    private async Task AcceptAsync()
    {
        var passing = new List<Task>();
        try
        {
            while (true)
                passing.Add(PassAsync(await listener.AcceptSocketAsync(stopping.Token)));
        }
        catch (Exception e) when (stopping.IsCancellationRequested && e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }

        await Task.WhenAll(passing);
    }

    private async Task PassAsync(Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (near)
        {
            near.NoDelay = true;
            open[near] = open[far] = true;
            try
            {
                await flow.Task;
                await far.ConnectAsync(IPAddress.Loopback, target, stopping.Token);
                await Task.WhenAll(PipeAsync(near, far), PipeAsync(far, near));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // Refused, or the end.
            }
            finally
            {
                open.TryRemove(near, out _);
                open.TryRemove(far, out _);
            }
        }
    }

    private async Task PipeAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                await flow.Task;
                await to.SendAsync(buffer.AsMemory(0, count));
            }

            await flow.Task;
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One side is gone: so is the other.
            from.Dispose();
            to.Dispose();
        }
    }
}
