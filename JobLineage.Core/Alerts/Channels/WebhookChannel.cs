using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using JobLineage.Core.Configuration;
using JobLineage.Core.Contract;

namespace JobLineage.Core.Alerts.Channels;

/// <summary>How a receiver of one's own is reached.</summary>
/// <param name="Url">Where messages are posted.</param>
/// <param name="Secret">What they are signed with.</param>
[Section("JobLineage:Digest")]
public sealed record WebhookOptions(
    [property: WebAddress(Key = "Webhook:Url", Required = "give an https address")] Uri Url,
    [property: Secret(16, ": messages are signed with it", Key = "Webhook:Secret", IsTrimmed = true, Required = "give one of 16 characters or more")] ChannelSecret Secret);

/// <summary>
/// A digest as JSON, signed: HMAC-SHA256 of <c>timestamp.body</c>, so that nobody else can write one, and nobody can send an
/// old one again unnoticed. The digest's key is in <c>Idempotency-Key</c>: a receiver can know a second copy for what it is.
/// </summary>
/// <param name="client">Follows no redirection.</param>
/// <param name="options">How the receiver is reached.</param>
/// <param name="time">The clock.</param>
public sealed class WebhookChannel(HttpClient client, WebhookOptions options, TimeProvider time) : IDigestChannel
{
    /// <summary>Holds <c>sha256=</c> and the signature in lower-case hex.</summary>
    public const string SignatureHeader = "X-Job-Lineage-Signature";

    /// <summary>Holds the Unix time that is signed with the body.</summary>
    public const string TimestampHeader = "X-Job-Lineage-Timestamp";

    /// <inheritdoc />
    public string Name => "Webhook";

    /// <inheritdoc />
    public async Task<SendOutcome> SendAsync(DigestMessage message, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(message.ToAnswer(), ContractJson.Api);
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Url);
        request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") } };
        request.Headers.Add("Idempotency-Key", message.Key);
        request.Headers.Add(TimestampHeader, timestamp);
        request.Headers.Add(SignatureHeader, Sign(options.Secret, timestamp, body));
        return await HttpDelivery.PostAsync(client, request, Name, options.Secret, time, cancellation);
    }

    internal static string Sign(ChannelSecret secret, string timestamp, byte[] body) =>
        "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(secret.Reveal()), (byte[])[.. Encoding.ASCII.GetBytes(timestamp + "."), .. body]));
}
