using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using JobLineage.Core.Configuration;

namespace JobLineage.Core.Alerts.Channels;

/// <summary>How SendGrid is reached.</summary>
/// <param name="ApiKey">A key with the right to send mail.</param>
/// <param name="Endpoint">Where messages are posted.</param>
/// <param name="From">The sender, one that SendGrid knows.</param>
/// <param name="Recipients">Who gets it; at most 1,000.</param>
[Section("JobLineage:Digest")]
public sealed record SendGridOptions(
    [property: Secret(Key = "SendGrid:ApiKey", IsTrimmed = true, Required = "", Variable = "SENDGRID_API_KEY")] ChannelSecret ApiKey,
    [property: WebAddress(Key = "SendGrid:Endpoint")] Uri Endpoint,
    [property: Mailbox(Required = MailboxAttribute.NoFrom)] MailboxAddress From,
    [property: Mailbox(Separators = ",", Required = MailboxAttribute.NoRecipients)] IReadOnlyList<MailboxAddress> Recipients) : ICheckedOptions
{
    /// <summary>The endpoint of the API's version 3; accounts in the EU have https://api.eu.sendgrid.com.</summary>
    public const string DefaultEndpoint = "https://api.sendgrid.com/v3/mail/send";

    /// <summary>Recipients of one message, by https://docs.sendgrid.com/api-reference/mail-send/limitations.</summary>
    public const int MostRecipients = 1_000;

    /// <inheritdoc />
    public IEnumerable<(string Key, string Problem)> Check()
    {
        if (MailboxAddress.Once(Recipients).Count is > MostRecipients and var count)
            yield return (nameof(Recipients), $"has {count} addresses; SendGrid takes {MostRecipients} a message");
        if (From.Name is { } name && !Ascii.IsValid(name))
            yield return (nameof(From), $"has the name '{name}'; SendGrid takes a sender's name in ASCII alone");
    }
}

/// <summary>
/// Mail by SendGrid's API, version 3. It answers 202 when it has taken a message over, and knows no key by which it would
/// recognise a second copy: the digest's own key goes into a header and into <c>custom_args</c>, so that copies can be told
/// apart in its activity feed and by a reader. (https://www.twilio.com/docs/sendgrid/api-reference/mail-send)
/// </summary>
/// <param name="client">Follows no redirection: the key would go with it.</param>
/// <param name="options">How SendGrid is reached.</param>
/// <param name="time">The clock.</param>
public sealed class SendGridChannel(HttpClient client, SendGridOptions options, TimeProvider time) : IDigestChannel
{
    /// <inheritdoc />
    public string Name => "SendGrid";

    /// <inheritdoc />
    public async Task<SendOutcome> SendAsync(DigestMessage message, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Endpoint);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey.Reveal());
        request.Content = JsonContent.Create(Body(message));
        return await HttpDelivery.PostAsync(client, request, Name, options.ApiKey, time, cancellation);
    }

    private object Body(DigestMessage message) => new
    {
        personalizations = new[] { new { to = options.Recipients.Select(Mailbox) } },
        from = Mailbox(options.From),
        subject = message.Subject,
        content = new[] { new { type = "text/plain", value = message.Text }, new { type = "text/html", value = message.Html } },
        headers = MailHeaders.Of(message).ToDictionary(h => h.Name, h => h.Value),
        custom_args = new Dictionary<string, string>
        {
            ["job_lineage_digest"] = message.Key,
            ["job_lineage_possible_duplicate"] = message.IsPossibleDuplicate ? "true" : "false",
        },
        categories = new[] { "job-lineage-digest" },
        // Links that were rewritten would lead through somebody else, and images are not wanted.
        tracking_settings = new { click_tracking = new { enable = false }, open_tracking = new { enable = false } },
    };

    private static Dictionary<string, string> Mailbox(MailboxAddress address) => address.Name is { } name
        // Names with either of these are refused: https://docs.sendgrid.com/api-reference/mail-send/limitations.
        ? new() { ["email"] = address.Address, ["name"] = name.Replace(',', ' ').Replace(';', ' ') }
        : new() { ["email"] = address.Address };
}
