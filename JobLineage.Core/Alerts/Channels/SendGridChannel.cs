using System.Net;
using System.Text;
using JobLineage.Core.Configuration;
using SendGrid;
using SendGrid.Helpers.Mail;

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
/// Mail by SendGrid's API, version 3, in its own client's words. It answers 202 when it has taken a message over, and knows no key by
/// which it would recognise a second copy: the digest's own key goes into a header and into <c>custom_args</c>, so that copies can be
/// told apart in its activity feed and by a reader. (https://www.twilio.com/docs/sendgrid/api-reference/mail-send)
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
        var once = new OnePost(client, options, time);
        await once.SendEmailAsync(Mail(message), cancellation);
        return once.Outcome;
    }

    private SendGridMessage Mail(DigestMessage message) => new()
    {
        Personalizations = [new() { Tos = [.. options.Recipients.Select(Mailbox)] }],
        From = Mailbox(options.From),
        Subject = message.Subject,
        PlainTextContent = message.Text,
        HtmlContent = message.Html,
        Headers = MailHeaders.Of(message).ToDictionary(h => h.Name, h => h.Value),
        CustomArgs = new()
        {
            ["job_lineage_digest"] = message.Key,
            ["job_lineage_possible_duplicate"] = message.IsPossibleDuplicate ? "true" : "false",
        },
        Categories = ["job-lineage-digest"],
        // Links that were rewritten would lead through somebody else, and images are not wanted.
        TrackingSettings = new() { ClickTracking = new() { Enable = false }, OpenTracking = new() { Enable = false } },
    };

    // Names with either of these are refused: https://docs.sendgrid.com/api-reference/mail-send/limitations.
    private static EmailAddress Mailbox(MailboxAddress address) => new(address.Address, address.Name?.Replace(',', ' ').Replace(';', ' '));

    /// <summary>SendGrid's client for one message. It makes the request; how it is posted and what an answer means is ours.</summary>
    private sealed class OnePost : SendGridClient
    {
        private readonly HttpClient http;
        private readonly SendGridOptions options;
        private readonly TimeProvider time;

        public OnePost(HttpClient http, SendGridOptions options, TimeProvider time)
            : base(http, new SendGridClientOptions { ApiKey = options.ApiKey.Reveal() }) => (this.http, this.options, this.time) = (http, options, time);

        public SendOutcome Outcome { get; private set; } = new(SendResult.NotSent);

        /// <inheritdoc />
        public override async Task<Response> MakeRequest(HttpRequestMessage request, CancellationToken cancellationToken = default)
        {
            using (request)
            {
                request.RequestUri = options.Endpoint;
                Outcome = await HttpDelivery.PostAsync(http, request, "SendGrid", options.ApiKey, time, cancellationToken);
            }

            // Nobody reads it: the outcome says more.
            return new(HttpStatusCode.Accepted, null, null);
        }
    }
}
