using System.Net;
using System.Net.WebSockets;
using System.Text;

namespace JobLineage.Tests.Security;

/// <summary>The live connection of a page, as blazor.web.js opens it, without a browser: enough of its protocol to begin a circuit.</summary>
internal sealed class RawCircuit : IAsyncDisposable
{
    private readonly ClientWebSocket socket = new();
    private readonly SemaphoreSlim sending = new(1);
    private readonly CancellationTokenSource stop = new();
    private Task pinging = Task.CompletedTask;

    /// <summary>Connects, with the cookies of a browser.</summary>
    /// <exception cref="WebSocketException">It is refused.</exception>
    public static async Task<RawCircuit> ConnectAsync(Uri dashboard, CookieContainer cookies)
    {
        var circuit = new RawCircuit();
        circuit.socket.Options.Cookies = cookies;
        circuit.socket.Options.SetRequestHeader("Origin", dashboard.GetLeftPart(UriPartial.Authority));
        await circuit.socket.ConnectAsync(new UriBuilder(dashboard) { Scheme = "ws", Path = "/_blazor" }.Uri, CancellationToken.None);
        await circuit.SendAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"blazorpack\",\"version\":1}\u001e"));
        await circuit.ReceiveAsync();
        circuit.pinging = circuit.PingAsync();
        return circuit;
    }

    /// <summary>Begins a circuit and returns its secret.</summary>
    public async Task<string> StartAsync(Uri dashboard) =>
        (string)(await InvokeAsync("StartCircuit", dashboard.ToString(), dashboard.ToString(), "[]", ""))!;

    /// <summary>Goes on with a circuit that another connection began.</summary>
    public async Task<bool> ReconnectAsync(string secret) => (bool)(await InvokeAsync("ConnectCircuit", secret))!;

    /// <summary>Makes a circuit anew from what a page kept of one.</summary>
    public async Task<string?> ResumeAsync(string secret, Uri dashboard) =>
        (string?)await InvokeAsync("ResumeCircuit", secret, dashboard.ToString(), dashboard.ToString(), "[]", "");

    /// <summary>Waits until the server breaks the connection off.</summary>
    public async Task BrokenOffAsync()
    {
        try
        {
            // What never comes shall fail, and not hang.
            while (socket.State == WebSocketState.Open)
                await ReceiveAsync().WaitAsync(TimeSpan.FromMinutes(2));
        }
        catch (WebSocketException)
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await pinging;
        socket.Dispose();
        stop.Dispose();
        sending.Dispose();
    }

    /// <summary>As a page does: the server drops whoever is silent, and then nothing would be shown by a connection that ends.</summary>
    private async Task PingAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(5), stop.Token);
                await SendAsync([0x02, 0x91, 0x06]);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or InvalidOperationException or ObjectDisposedException)
        {
        }
    }

    /// <summary>Calls a method and waits for what it returns: a string, a Boolean or nothing.</summary>
    private async Task<object?> InvokeAsync(string method, params string[] arguments)
    {
        // MessagePack: [1, {}, "1", method, [arguments], []]
        var message = new List<byte> { 0x96, 0x01, 0x80 };
        Text(message, "1");
        Text(message, method);
        message.Add((byte)(0x90 + arguments.Length));
        foreach (var argument in arguments)
            Text(message, argument);
        message.Add(0x90);
        await SendAsync([.. Length(message.Count), .. message]);
        while (true)
        {
            foreach (var answer in Split(await ReceiveAsync()))
            {
                // [3, {}, "1", 3, result]; 2 in its place: nothing is returned.
                if (answer is [0x94 or 0x95, 0x03, 0x80, 0xa1, (byte)'1', var kind, .. var result])
                    return kind == 3 ? Value(result) : null;
            }
        }
    }

    private static object? Value(byte[] bytes) => bytes[0] switch
    {
        0xc0 => null,
        0xc2 => false,
        0xc3 => true,
        >= 0xa0 and <= 0xbf and var head => Encoding.UTF8.GetString(bytes, 1, head - 0xa0),
        0xd9 => Encoding.UTF8.GetString(bytes, 2, bytes[1]),
        0xda => Encoding.UTF8.GetString(bytes, 3, (bytes[1] << 8) + bytes[2]),
        var other => throw new InvalidOperationException($"{other:x} is no string."),
    };

    private static void Text(List<byte> to, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        to.AddRange([0xda, (byte)(bytes.Length >> 8), (byte)bytes.Length]);
        to.AddRange(bytes);
    }

    private static byte[] Length(int length)
    {
        var bytes = new List<byte>();
        do
        {
            bytes.Add((byte)((length & 0x7f) | (length > 0x7f ? 0x80 : 0)));
            length >>= 7;
        }
        while (length > 0);
        return [.. bytes];
    }

    private static List<byte[]> Split(byte[] received)
    {
        var messages = new List<byte[]>();
        for (var at = 0; at < received.Length;)
        {
            var (length, shift) = (0, 0);
            byte part;
            do
            {
                part = received[at++];
                length |= (part & 0x7f) << shift;
                shift += 7;
            }
            while (part > 0x7f);
            messages.Add(received[at..(at + length)]);
            at += length;
        }

        return messages;
    }

    private async Task SendAsync(byte[] bytes)
    {
        await sending.WaitAsync();
        try
        {
            await socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        }
        finally
        {
            sending.Release();
        }
    }

    private async Task<byte[]> ReceiveAsync()
    {
        var bytes = new List<byte>();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, CancellationToken.None);
            bytes.AddRange(buffer[..part.Count]);
            if (part.EndOfMessage)
                return [.. bytes];
        }
    }
}
