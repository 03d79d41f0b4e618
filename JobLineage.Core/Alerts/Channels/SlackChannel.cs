using System.Net.Http.Json;
using JobLineage.Core.Configuration;

namespace JobLineage.Core.Alerts.Channels;

/// <summary>How Slack is reached.</summary>
/// <param name="Url">The address of an incoming webhook; whoever knows it may post, so it is a secret.</param>
[Section("JobLineage:Digest")]
public sealed record SlackOptions(
    [property: WebAddress(Key = "Slack:Url", Required = SlackOptions.Where, Hint = SlackOptions.Where, Variable = "SLACK_WEBHOOK_URL")] ChannelSecret Url)
{
    private const string Where = "it is shown where the webhook was made";
}

/// <summary>
/// A message by an incoming webhook of Slack, in <see cref="SlackBlocks"/>: no asterisk, underscore, tilde or backtick of foreign
/// text formats, no angle bracket links or calls anybody. 429 comes with <c>Retry-After</c>.
/// </summary>
/// <param name="client">Follows no redirection.</param>
/// <param name="options">How Slack is reached.</param>
/// <param name="time">The clock.</param>
public sealed class SlackChannel(HttpClient client, SlackOptions options, TimeProvider time) : IDigestChannel
{
    /// <inheritdoc />
    public string Name => "Slack";

    /// <inheritdoc />
    public async Task<SendOutcome> SendAsync(DigestMessage message, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Url.Reveal());
        // The text is for notifications alone, where blocks are not shown.
        request.Content = JsonContent.Create(new { text = Escape(message.Subject), mrkdwn = false, blocks = SlackBlocks.Write(message), unfurl_links = false, unfurl_media = false });
        return await HttpDelivery.PostAsync(client, request, Name, options.Url, time, cancellation);
    }

    /// <summary>The only control characters of Slack's plain text (its guide "Formatting text").</summary>
    private static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}
