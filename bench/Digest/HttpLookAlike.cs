using JobLineage.Dashboard.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace JobLineage.Bench.Digest;

/// <summary>A server that answers as a test says, and remembers what it was sent.</summary>
public sealed class HttpLookAlike : IAsyncDisposable
{
    private readonly WebApplication app;

    private HttpLookAlike(WebApplication app) => this.app = app;

    /// <summary>All that came: its headers, by names of any case, and its body.</summary>
    public List<(IReadOnlyDictionary<string, string> Headers, string Body)> Received { get; } = [];

    /// <summary>What is answered to a request, whose body was read.</summary>
    public Func<HttpContext, string, Task> Answer { get; set; } = (context, _) => StatusAsync(context, 202);

    /// <summary>Where it listens, with the path of SendGrid's endpoint.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Starts one at a free port of this machine.</summary>
    public static async Task<HttpLookAlike> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new HttpLookAlike(builder.Build());
        server.app.Run(server.HandleAsync);
        await server.app.StartAsync();
        server.Url = DashboardRun.Addresses(server.app).First() + "/v3/mail/send";
        return server;
    }

    /// <summary>Answers with a status.</summary>
    public static Task StatusAsync(HttpContext context, int status, string body = "")
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(0);
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
        lock (Received)
            Received.Add((context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body));
        await Answer(context, body);
    }
}
