using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace JobLineage.Bench.Latency;

/// <summary>
/// A viewer without a browser: gets a page, opens its circuit, acknowledges every picture, and throws it away. To the server it
/// is one more viewer; it costs this machine next to nothing.
/// </summary>
internal sealed partial class Circuit : IAsyncDisposable
{
    private readonly ClientWebSocket socket = new();
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource live = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim sending = new(1);
    private readonly Uri address;
    private Task receiving = Task.CompletedTask;
    private Task pinging = Task.CompletedTask;
    private string? id;
    private long received;
    private long sent;
    private long pictures;

    private Circuit(Uri address) => this.address = address;

    /// <summary>Bytes that came over the socket, framing aside.</summary>
    public long Received => Volatile.Read(ref received);

    /// <summary>Bytes that were sent over the socket, framing aside.</summary>
    public long Sent => Volatile.Read(ref sent);

    /// <summary>Pictures of the page, or parts of it, that came.</summary>
    public long Pictures => Volatile.Read(ref pictures);

    /// <summary>Opens a page as a browser does, and returns when its first picture is there.</summary>
    public static async Task<Circuit> OpenAsync(Uri address, string path, CancellationToken cancellation)
    {
        var circuit = new Circuit(address);
        try
        {
            await circuit.OpenAsync(path, cancellation);
            return circuit;
        }
        catch
        {
            await circuit.DisposeAsync();
            throw;
        }
    }

    /// <summary>Throws when the circuit has failed or was ended by the server.</summary>
    public void Check()
    {
        if (receiving.IsCompleted)
            throw new InvalidOperationException("A viewer's circuit has ended.", receiving.Exception);
    }

    /// <summary>Leaves as a closed tab does: the server lets go of the circuit at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await pinging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        socket.Dispose();
        if (id is not null)
        {
            using var client = new HttpClient { BaseAddress = address };
            using var content = new MultipartFormDataContent { { new StringContent(id), "circuitId" } };
            try
            {
                (await client.PostAsync("_blazor/disconnect", content)).Dispose();
            }
            catch (HttpRequestException)
            {
                // The server has ended.
            }
        }

        stop.Dispose();
        sending.Dispose();
    }

    private async Task OpenAsync(string path, CancellationToken cancellation)
    {
        using var handler = new HttpClientHandler { CookieContainer = new CookieContainer() };
        using var client = new HttpClient(handler) { BaseAddress = address };
        var html = await client.GetStringAsync(path, cancellation);
        var state = StateMarker().Match(html) is { Success: true } kept ? kept.Groups[1].Value : "";
        var operations = ComponentMarker().Matches(html).Select((marker, place) =>
            $$"""{"type":"add","ssrComponentId":{{place + 1}},"marker":{{marker.Groups[1].Value}}}""").ToList();
        if (operations.Count == 0)
            throw new InvalidDataException($"The page {path} has no interactive component.");

        using var negotiated = await client.PostAsync("_blazor/negotiate?negotiateVersion=1", null, cancellation);
        var answer = await negotiated.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        var token = answer.GetProperty("connectionToken").GetString()!;
        var target = new UriBuilder(new Uri(address, "_blazor")) { Scheme = address.Scheme == "https" ? "wss" : "ws", Query = "id=" + Uri.EscapeDataString(token) };
        socket.Options.Cookies = handler.CookieContainer;
        await socket.ConnectAsync(target.Uri, cancellation);
        await SendAsync(BlazorPack.Handshake, WebSocketMessageType.Text, cancellation);
        await HandshakeAsync(cancellation);
        receiving = ReceiveAsync();
        pinging = PingAsync();

        var here = new Uri(address, path).ToString();
        await SendAsync(BlazorPack.Invocation("0", "StartCircuit", address.ToString(), here, "[]", state), cancellation);
        await live.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellation);
        var first = Pictures;
        await SendAsync(BlazorPack.Invocation(null, "UpdateRootComponents", $$"""{"batchId":1,"operations":[{{string.Join(',', operations)}}]}""", state), cancellation);
        for (var waited = 0; Pictures == first; waited++)
        {
            if (waited > 3000 || receiving.IsCompleted)
                throw new InvalidDataException($"The circuit of {path} showed nothing.");
            await Task.Delay(20, cancellation);
        }
    }

    private async Task HandshakeAsync(CancellationToken cancellation)
    {
        var buffer = new byte[256];
        var answer = await socket.ReceiveAsync(buffer, cancellation);
        var text = System.Text.Encoding.UTF8.GetString(buffer, 0, answer.Count);
        if (text != "{}\u001e")
            throw new InvalidDataException($"The server refused a circuit: {text}");
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[1 << 16];
        var filled = 0;
        var messages = new List<object?[]>();
        while (true)
        {
            if (filled == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            var part = await socket.ReceiveAsync(buffer.AsMemory(filled), stop.Token);
            if (part.MessageType == WebSocketMessageType.Close)
                throw new InvalidDataException("The server closed a circuit.");
            Interlocked.Add(ref received, part.Count);
            filled += part.Count;
            var used = BlazorPack.Read(buffer.AsSpan(0, filled), messages);
            buffer.AsSpan(used, filled - used).CopyTo(buffer);
            filled -= used;
            foreach (var message in messages)
                await AnswerAsync(message);
            messages.Clear();
        }
    }

    private async Task AnswerAsync(object?[] message)
    {
        switch (message)
        {
            case [3L, _, "0", 3L, string secret]:
                id = secret;
                live.TrySetResult();
                break;
            case [3L, _, _, 1L, string error]:
                live.TrySetException(new InvalidDataException($"The server refused a circuit: {error}"));
                break;
            case [1L, _, _, "JS.RenderBatch", object?[] arguments, ..]:
                Interlocked.Increment(ref pictures);
                await SendAsync(BlazorPack.Invocation(null, "OnRenderCompleted", arguments[0], null), stop.Token);
                break;
            case [1L, _, _, "JS.BeginInvokeJS", object?[] arguments, ..]:
                var handle = Convert.ToInt64(arguments[0], CultureInfo.InvariantCulture);
                await SendAsync(BlazorPack.Invocation(null, "EndInvokeJSFromDotNet", handle, true, $"[{handle},true,null]"), stop.Token);
                break;
            case [1L, _, _, "JS.Error", object?[] arguments, ..]:
                throw new InvalidDataException($"A circuit failed: {arguments[0]}");
        }
    }

    private async Task PingAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(15));
        while (await timer.WaitForNextTickAsync(stop.Token))
            await SendAsync(BlazorPack.Ping, stop.Token);
    }

    private Task SendAsync(byte[] message, CancellationToken cancellation) => SendAsync(message, WebSocketMessageType.Binary, cancellation);

    private async Task SendAsync(byte[] message, WebSocketMessageType type, CancellationToken cancellation)
    {
        await sending.WaitAsync(cancellation);
        try
        {
            await socket.SendAsync(message, type, endOfMessage: true, cancellation);
            Interlocked.Add(ref sent, message.Length);
        }
        finally
        {
            sending.Release();
        }
    }

    // The closing marker of a component has a prerenderId alone.
    [GeneratedRegex("""<!--Blazor:(\{"type":"server".*?\})-->""")]
    private static partial Regex ComponentMarker();

    [GeneratedRegex("<!--Blazor-Server-Component-State:(.*?)-->")]
    private static partial Regex StateMarker();
}
