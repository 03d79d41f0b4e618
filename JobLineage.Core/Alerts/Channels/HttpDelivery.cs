using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace JobLineage.Core.Alerts.Channels;

/// <summary>Posts a message, and tells what the answer means for a digest.</summary>
internal static class HttpDelivery
{
    private const int DetailLimit = 300;

    /// <summary>
    /// Posts. 2xx: taken over. 429: later. Other 4xx, and a redirection: refused, the configuration is wrong. 408, 5xx and
    /// no answer: nobody knows, since a gateway may have lost the answer of one that took the message over.
    /// </summary>
    public static async Task<SendOutcome> PostAsync(
        HttpClient client, HttpRequestMessage request, string channel, ChannelSecret secret, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            // Written first, so that its length is known: receivers and proxies refuse bodies in chunks.
            if (request.Content is { } content)
                await content.LoadIntoBufferAsync(cancellation);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            var status = (int)response.StatusCode;
            if (response.IsSuccessStatusCode)
                return new(SendResult.Accepted, ProviderId: ProviderId(response.Headers));
            var said = DigestText.Line(secret.TakeOutOf($"{channel} answered {status}: {await BodyAsync(response, cancellation)}"), DetailLimit);
            return status switch
            {
                (int)HttpStatusCode.TooManyRequests => new(SendResult.NotSent, said, Wait: Wait(response.Headers, time)),
                (int)HttpStatusCode.RequestTimeout or >= 500 or < 300 => new(SendResult.Unknown, said),
                _ => new(SendResult.Rejected, said),
            };
        }
        catch (HttpRequestException e)
        {
            // Without a connection nothing was said.
            var result = e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError
                ? SendResult.NotSent : SendResult.Unknown;
            return new(result, DigestText.Line(secret.TakeOutOf($"{channel} can't be reached: {e.Message}"), DetailLimit));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(SendResult.Unknown, $"{channel} did not answer in time.");
        }
        catch (IOException e)
        {
            return new(SendResult.Unknown, DigestText.Line(secret.TakeOutOf($"{channel} broke off: {e.Message}"), DetailLimit));
        }
    }

    private static async Task<string> BodyAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            // As much as is shown, and no more: the other side decides how much it says.
            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            using var reader = new StreamReader(body);
            var text = new char[DetailLimit * 2];
            return new string(text, 0, await reader.ReadBlockAsync(text, cancellation)).ReplaceLineEndings(" ");
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return "(no text)";
        }
    }

    private static string? ProviderId(HttpResponseHeaders headers) =>
        headers.TryGetValues("X-Message-Id", out var ids) && ids.FirstOrDefault() is { } id ? DigestText.Line(id) : null;

    /// <summary>
    /// <c>Retry-After</c> in seconds or as a date (RFC 9110, 10.2.3; Slack sends it), else <c>X-RateLimit-Reset</c>, the Unix
    /// time at which SendGrid's limit is lifted; null without either.
    /// </summary>
    private static TimeSpan? Wait(HttpResponseHeaders headers, TimeProvider time)
    {
        if (headers.RetryAfter is { } after)
            return after.Delta ?? after.Date - time.GetUtcNow();
        return headers.TryGetValues("X-RateLimit-Reset", out var resets)
            && long.TryParse(resets.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var reset) && reset is > 0 and < 253_402_300_799
            ? DateTimeOffset.FromUnixTimeSeconds(reset) - time.GetUtcNow()
            : null;
    }
}
