using System.Text;
using MimeKit;

namespace JobLineage.Core.Alerts.Channels;

/// <summary>A digest as a mail. The same digest makes the same bytes.</summary>
internal static class DigestMail
{
    public static MimeMessage Make(DigestMessage message, MailboxAddress from, IReadOnlyList<MailboxAddress> to)
    {
        var mail = new MimeMessage
        {
            Subject = message.Subject,
            Date = message.Content.MadeAt,
            Body = new MultipartAlternative(Part("plain", message.Text), Part("html", message.Html)) { Boundary = $"=_{message.Content.Key:N}" },
        };
        mail.From.Add(Mailbox(from));
        mail.To.AddRange(to.Select(Mailbox));
        foreach (var (name, value) in MailHeaders.Of(message))
            mail.Headers.Replace(new Header(name, value));
        return mail;
    }

    public static MimeKit.MailboxAddress Mailbox(MailboxAddress address) => new(Encoding.UTF8, address.Name, address.Address);

    private static TextPart Part(string kind, string text)
    {
        // No line is too long for a server, and none begins with a dot.
        var part = new TextPart(kind) { ContentTransferEncoding = ContentEncoding.Base64 };
        part.SetText(Encoding.UTF8, text);
        return part;
    }
}
