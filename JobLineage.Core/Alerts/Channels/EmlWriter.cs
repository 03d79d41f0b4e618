using System.Globalization;
using System.Text;

namespace JobLineage.Core.Alerts.Channels;

/// <summary>Writes a message as a file that mail programs open (RFC 5322, 2045 to 2047). Pure.</summary>
internal static class EmlWriter
{
    /// <summary>Octets of one encoded word, before they are encoded: 75 characters are allowed.</summary>
    private const int WordOctets = 42;

    public static string Write(DigestMessage message, MailboxAddress from, IReadOnlyList<MailboxAddress> to)
    {
        var boundary = $"=_{message.Content.Key:N}";
        var eml = new StringBuilder();
        Header(eml, "From", Mailbox(from));
        Header(eml, "To", string.Join(",\r\n ", to.Select(Mailbox)));
        Header(eml, "Subject", Encode(message.Subject));
        Header(eml, "Date", message.Content.MadeAt.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture));
        foreach (var (name, value) in MailHeaders.Of(message))
            Header(eml, name, value.Replace("> <", ">\r\n <", StringComparison.Ordinal));
        Header(eml, "MIME-Version", "1.0");
        Header(eml, "Content-Type", $"multipart/alternative; boundary=\"{boundary}\"");
        eml.Append("\r\n");
        Part(eml, boundary, "text/plain", message.Text);
        Part(eml, boundary, "text/html", message.Html);
        return eml.Append("--").Append(boundary).Append("--\r\n").ToString();
    }

    private static void Header(StringBuilder eml, string name, string value) => eml.Append(name).Append(": ").Append(value).Append("\r\n");

    private static void Part(StringBuilder eml, string boundary, string type, string text) => eml
        .Append("--").Append(boundary).Append("\r\nContent-Type: ").Append(type).Append("; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n")
        .Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(text), Base64FormattingOptions.InsertLineBreaks)).Append("\r\n");

    private static string Mailbox(MailboxAddress address) => address.Name is { } name ? $"{Encode(name, always: true)} <{address.Address}>" : address.Address;

    /// <summary>Text for a header: as it is where that is safe, in encoded words elsewhere.</summary>
    private static string Encode(string text, bool always = false)
    {
        if (!always && text.Length < 70 && text.All(c => c is >= ' ' and <= '~') && !text.Contains("=?", StringComparison.Ordinal))
            return text;
        var words = new List<string>();
        var word = new List<byte>();
        Span<byte> octets = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(octets);
            if (word.Count + length > WordOctets)
            {
                words.Add(Word(word));
                word.Clear();
            }

            word.AddRange(octets[..length]);
        }

        words.Add(Word(word));
        return string.Join("\r\n ", words);

        static string Word(List<byte> octets) => $"=?utf-8?B?{Convert.ToBase64String([.. octets])}?=";
    }
}
