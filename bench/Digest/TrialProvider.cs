using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace JobLineage.Bench.Digest;

/// <summary>A copy of a digest that the provider took over.</summary>
/// <param name="Key">The digest's key.</param>
/// <param name="IsMarked">Whether it says that it may be a second copy.</param>
/// <param name="Begun">When whoever sent it began to, counted in events of the trial.</param>
/// <param name="Text">Its plain text.</param>
internal sealed record Arrival(string Key, bool IsMarked, long Begun, string Text);

/// <summary>
/// A provider that is not well: it takes a message over or not, and answers that, or something else, or nothing, or not in
/// time. Every request is checked as SendGrid documents it.
/// </summary>
/// <param name="timeout">How long a sender waits.</param>
/// <param name="time">Times that it names are of this clock.</param>
internal sealed class TrialProvider(TimeSpan timeout, TimeProvider time)
{
    /// <summary>The key that it knows.</summary>
    public const string Key = "SG.trial";

    /// <summary>The header in which a trial's sender says when it began.</summary>
    public const string BegunHeader = "X-Trial-Begun";

    private static readonly (string Name, int Weight)[] Fates =
    [
        ("well", 16), ("taken over, connection dropped", 3), ("taken over, 500", 2), ("taken over, silence", 2), ("taken over, slow body", 2),
        ("taken over, slowly", 3), ("500", 2), ("503, slow body", 1), ("408", 1), ("silence", 2), ("connection dropped", 2), ("429 with seconds", 2),
        ("429 with a date", 1), ("429 with a reset", 1), ("429", 2), ("401", 1), ("403, slow body", 1), ("302", 1),
    ];

    private readonly Lock gate = new();

    /// <summary>What was taken over.</summary>
    public ConcurrentQueue<Arrival> Arrived { get; } = [];

    /// <summary>What the provider would have refused.</summary>
    public ConcurrentQueue<string> Wrong { get; } = [];

    /// <summary>How often each thing was done.</summary>
    public ConcurrentDictionary<string, int> Done { get; } = [];

    /// <summary>What it does next, before it chooses again.</summary>
    public ConcurrentQueue<string> Next { get; } = [];

    /// <summary>Chooses; null: all is well.</summary>
    public Random? Random { get; set; }

    /// <summary>Answers a request.</summary>
    public async Task AnswerAsync(HttpContext context, string body)
    {
        foreach (var (field, message) in SendGridRules.Check(context.Request.ContentType, body))
            Wrong.Enqueue($"SendGrid refuses {field}: {message}");
        var fate = Choose();
        Done.AddOrUpdate(fate, 1, (_, times) => times + 1);
        if (fate is "well" || fate.StartsWith("taken over", StringComparison.Ordinal))
            Take(context, body);
        var response = context.Response;
        switch (fate)
        {
            case "well":
                await SendGridRules.AnswerAsync(context, body, Key, "trial");
                break;
            case "taken over, connection dropped" or "connection dropped":
                context.Abort();
                break;
            case "taken over, silence" or "silence":
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case "taken over, slow body":
                await DripAsync(context, 202);
                break;
            case "taken over, slowly":
                await Task.Delay(Pick(timeout * 1.6), context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await HttpLookAlike.StatusAsync(context, 202);
                break;
            case "503, slow body" or "403, slow body":
                await DripAsync(context, int.Parse(fate.AsSpan(0, 3), CultureInfo.InvariantCulture));
                break;
            case "429 with seconds":
                response.Headers.RetryAfter = "30";
                await HttpLookAlike.StatusAsync(context, 429);
                break;
            case "429 with a date":
                response.Headers.RetryAfter = time.GetUtcNow().AddMinutes(1).ToString("r", CultureInfo.InvariantCulture);
                await HttpLookAlike.StatusAsync(context, 429);
                break;
            case "429 with a reset":
                response.Headers["X-RateLimit-Reset"] = time.GetUtcNow().AddMinutes(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
                await HttpLookAlike.StatusAsync(context, 429);
                break;
            default:
                await HttpLookAlike.StatusAsync(context, fate == "taken over, 500" ? 500 : int.Parse(fate, CultureInfo.InvariantCulture), "no");
                break;
        }
    }

    private string Choose()
    {
        lock (gate)
        {
            if (Next.TryDequeue(out var next))
                return next;
            if (Random is not { } random)
                return "well";
            var left = random.Next(Fates.Sum(f => f.Weight));
            return Fates.First(f => (left -= f.Weight) < 0).Name;
        }
    }

    private TimeSpan Pick(TimeSpan most)
    {
        lock (gate)
            return most * (Random?.NextDouble() ?? 0);
    }

    private void Take(HttpContext context, string body)
    {
        using var json = JsonDocument.Parse(body);
        var mail = json.RootElement;
        Arrived.Enqueue(new(
            mail.GetProperty("custom_args").GetProperty("job_lineage_digest").GetString()!,
            mail.GetProperty("custom_args").GetProperty("job_lineage_possible_duplicate").GetString() == "true",
            long.Parse(context.Request.Headers[BegunHeader].ToString(), CultureInfo.InvariantCulture),
            mail.GetProperty("content")[0].GetProperty("value").GetString()!));
    }

    /// <summary>A body that takes longer than anybody waits.</summary>
    private async Task DripAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        try
        {
            for (var drops = 0; drops < 10; drops++)
            {
                await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes("slowly "), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(timeout / 4, context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody waits any more.
        }
    }
}
