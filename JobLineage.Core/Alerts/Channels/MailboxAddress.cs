using System.Net.Mail;
using System.Text;

namespace JobLineage.Core.Alerts.Channels;

/// <summary>Somebody's address. It holds no line end: it goes into headers.</summary>
/// <param name="Address">As in <c>ops@example.com</c>.</param>
/// <param name="Name">The name before it; null without one.</param>
public sealed record MailboxAddress(string Address, string? Name)
{
    /// <summary>Each address once, as it is named first: SendGrid refuses a message that names one twice.</summary>
    public static IReadOnlyList<MailboxAddress> Once(IEnumerable<MailboxAddress> addresses) => [.. addresses.DistinctBy(a => a.Address, StringComparer.OrdinalIgnoreCase)];

    /// <summary>Reads <c>ops@example.com</c> or <c>Ops &lt;ops@example.com&gt;</c>.</summary>
    public static bool TryParse(string text, out MailboxAddress address)
    {
        address = new("", null);
        if (text.Any(char.IsControl) || !MailAddress.TryCreate(text, out var parsed) || !parsed.Host.Contains('.') && parsed.Host != "localhost")
            return false;
        // Addresses with other letters need servers that know SMTPUTF8 (RFC 6531), all the way.
        if (!Ascii.IsValid(parsed.Address) || parsed.Address.AsSpan().ContainsAny(" <>"))
            return false;
        address = new(parsed.Address, parsed.DisplayName.Length > 0 ? parsed.DisplayName : null);
        return true;
    }
}
