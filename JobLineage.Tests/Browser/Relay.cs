using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace JobLineage.Tests.Browser;

/// <summary>A port that passes on to another: the network between browser and server, which a test can cut.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, bool> open = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting;

    public Relay()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    /// <summary>Where to pass on to; null refuses everybody.</summary>
    public Uri? Target { get; set; }

    /// <summary>Whether nothing passes any more while all connections stay open, as when a cable is pulled.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Breaks all connections there are.</summary>
    public void Cut()
    {
        foreach (var socket in open.Keys)
            socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        Cut();
        await accepting;
        stopping.Dispose();
    }

    private async Task PipeAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                if (!IsSilent)
                    await to.SendAsync(buffer.AsMemory(0, count));
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One side is gone: so is the other.
            from.Dispose();
            to.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        var passing = new List<Task>();
        try
        {
            while (true)
                passing.Add(PassAsync(await listener.AcceptSocketAsync(stopping.Token)));
        }
        catch (Exception e) when (stopping.IsCancellationRequested && e is OperationCanceledException or SocketException)
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
                if (Target is not { } target)
                    return;
                await far.ConnectAsync(target.Host, target.Port);
                await Task.WhenAll(PipeAsync(near, far), PipeAsync(far, near));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Refused, or cut meanwhile.
            }
            finally
            {
                open.TryRemove(near, out _);
                open.TryRemove(far, out _);
            }
        }
    }
}
