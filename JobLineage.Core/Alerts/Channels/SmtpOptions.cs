using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using JobLineage.Core.Configuration;

namespace JobLineage.Core.Alerts.Channels;

/// <summary>How a mail server is reached.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Port">Its port: 587 or 25; at 465 TLS comes before the first word (RFC 8314, 3.3).</param>
/// <param name="StartTls">Whether the connection must be encrypted before anything is told.</param>
/// <param name="User">Who signs in; null: nobody.</param>
/// <param name="Password">The password.</param>
/// <param name="From">The sender.</param>
/// <param name="Recipients">Who gets it.</param>
[Section("JobLineage:Digest")]
public sealed record SmtpOptions(
    [property: Setting(Key = "Smtp:Host", Required = "give the name of the mail server")] string Host,
    [property: Setting(", which is not a port; 587 is usual", Key = "Smtp:Port", Least = "1", Most = "65535")] int Port,
    [property: Setting(Key = "Smtp:StartTls")] bool StartTls,
    [property: Setting(Key = "Smtp:User")] string? User,
    [property: Secret(Key = "Smtp:Password")] ChannelSecret Password,
    [property: Mailbox(Required = MailboxAttribute.NoFrom)] MailboxAddress From,
    [property: Mailbox(Separators = ",", Required = MailboxAttribute.NoRecipients)] IReadOnlyList<MailboxAddress> Recipients) : ICheckedOptions
{
    /// <summary>The port at which TLS comes first.</summary>
    public const int ImplicitTlsPort = 465;

    /// <summary>Who may have signed the server's certificate; null: those whom the system trusts.</summary>
    [Setting(Key = "Smtp:Authorities", By = nameof(ReadAuthorities))]
    public X509Certificate2Collection? Authorities { get; init; }

    /// <inheritdoc />
    public IEnumerable<(string Key, string Problem)> Check()
    {
        if (this is { StartTls: false, Port: ImplicitTlsPort })
            yield return ("Smtp:Port", "is 465, where nothing is said without encryption; StartTls can't be false there");
        if (this is { StartTls: false, User: not null } && !IsHere(Host))
            yield return ("Smtp:StartTls", $"is false, and the password would go to {Host} in clear");
    }

    private static object? ReadAuthorities(string path, Action<string> wrong)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(path);
            if (authorities.Count > 0)
                return authorities;
            wrong(", which holds no certificate in PEM");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            wrong($", which can't be read: {e.Message}");
        }

        return null;
    }

    private static bool IsHere(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
