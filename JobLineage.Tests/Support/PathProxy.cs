using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace JobLineage.Tests.Support;

/// <summary>
/// A reverse proxy that serves a dashboard below a path, as proxies do: it keeps the path or takes it off, and names the
/// dashboard by its own address. WebSockets go through.
/// </summary>
internal sealed class PathProxy : IAsyncDisposable
{
    private static readonly string[] Hops = ["Connection", "Host", "Transfer-Encoding", "Upgrade", "Keep-Alive", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Extensions"];

    private readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    private readonly WebApplication app;

    private PathProxy(WebApplication app) => this.app = app;

    /// <summary>What it passes on to.</summary>
    public Uri? Target { get; set; }

    /// <summary>Where it listens, with the path.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Starts one.</summary>
    /// <param name="path">The path, as <c>/lineage</c>.</param>
    /// <param name="keeps">Whether the path goes on with the request.</param>
    public static async Task<PathProxy> StartAsync(string path, bool keeps)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var proxy = new PathProxy(builder.Build());
        proxy.app.UseWebSockets();
        proxy.app.Run(context => proxy.PassAsync(context, path, keeps));
        await proxy.app.StartAsync();
        proxy.Address = new(proxy.app.Urls.First() + path + "/");
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        client.Dispose();
    }

    private async Task PassAsync(HttpContext context, string path, bool keeps)
    {
        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!raw.StartsWith(path, StringComparison.Ordinal))
        {
            // What leads out of the path leads to something else.
            context.Response.StatusCode = StatusCodes.Status418ImATeapot;
            return;
        }

        var target = new Uri(Target!.GetLeftPart(UriPartial.Authority) + (keeps ? raw : raw[path.Length..]), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        if (context.WebSockets.IsWebSocketRequest)
            await PassSocketAsync(context, target);
        else
            await PassRequestAsync(context, target);
    }

    private async Task PassRequestAsync(HttpContext context, Uri target)
    {
        using var request = new HttpRequestMessage(new(context.Request.Method), target);
        if (context.Request.ContentLength is > 0 || context.Request.Headers.TransferEncoding.Count > 0)
            request.Content = new StreamContent(context.Request.Body);
        foreach (var (name, values) in context.Request.Headers.Where(h => !Hops.Contains(h.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(h => !Hops.Contains(h.Key, StringComparer.OrdinalIgnoreCase)))
            context.Response.Headers[name] = values.ToArray();
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static async Task PassSocketAsync(HttpContext context, Uri target)
    {
        using var far = new ClientWebSocket();
        foreach (var name in (string[])["Origin", "Cookie"])
            far.Options.SetRequestHeader(name, context.Request.Headers[name]);
        await far.ConnectAsync(new UriBuilder(target) { Scheme = "ws" }.Uri, context.RequestAborted);
        using var near = await context.WebSockets.AcceptWebSocketAsync();
        await Task.WhenAny(PipeAsync(near, far), PipeAsync(far, near));
        near.Abort();
    }

    private static async Task PipeAsync(WebSocket from, WebSocket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, default) is { MessageType: not WebSocketMessageType.Close } part)
                await to.SendAsync(buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, default);
        }
        catch (WebSocketException)
        {
            // One side is gone: so is the other.
        }
    }
}
