using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailKit;
using MailKit.Net.Smtp;
using MimeKit;

namespace JobLineage.Core.Alerts.Channels;

/// <summary>
/// MailKit's client with our rules: a certificate is trusted or it is not, a recipient who is refused keeps the mail from nobody
/// else, and what is said before the encryption begins ends the conversation.
/// </summary>
internal sealed class DigestSmtpClient : SmtpClient
{
    private readonly X509Certificate2Collection? authorities;
    private readonly StartTlsGuard guard;

    /// <param name="authorities">Who may have signed the server's certificate; null: those whom the system trusts.</param>
    public DigestSmtpClient(X509Certificate2Collection? authorities)
        : this(authorities, new())
    {
    }

    private DigestSmtpClient(X509Certificate2Collection? authorities, StartTlsGuard guard)
        : base(guard)
    {
        (this.authorities, this.guard) = (authorities, guard);
        // The lists of an authority of one's own are seldom where a server may ask for them.
        CheckCertificateRevocation = false;
        // MailKit's own rule lets pass some certificates of well-known servers that the system does not trust.
        ServerCertificateValidationCallback = (_, _, _, errors) => (CertificateProblem = Explain(errors)) is null;
    }

    /// <summary>What is wrong with the certificate that the server showed; null when nothing is, and before it showed one.</summary>
    public string? CertificateProblem { get; private set; }

    /// <summary>The answers to recipients who were not accepted.</summary>
    public List<SmtpResponse> Refused { get; } = [];

    /// <summary>Whether the server may take the mail later: 4yz (RFC 5321, 4.2.1).</summary>
    public static bool IsForNow(SmtpStatusCode code) => (int)code is >= 400 and < 500;

    /// <inheritdoc />
    protected override SslClientAuthenticationOptions GetSslClientAuthenticationOptions(string host, RemoteCertificateValidationCallback remoteCertificateValidationCallback)
    {
        guard.IsWaiting = false;
        var options = base.GetSslClientAuthenticationOptions(host, remoteCertificateValidationCallback);
        if (authorities is not null)
        {
            options.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        return options;
    }

    /// <inheritdoc />
    protected override void OnRecipientNotAccepted(MimeMessage message, MimeKit.MailboxAddress mailbox, SmtpResponse response) => Refused.Add(response);

    /// <inheritdoc />
    protected override void OnNoRecipientsAccepted(MimeMessage message)
    {
        // Where one is only not now, later may do.
        var answer = Refused.Find(r => IsForNow(r.StatusCode)) ?? Refused[0];
        throw new SmtpCommandException(SmtpErrorCode.RecipientNotAccepted, answer.StatusCode, answer.Response);
    }

    private static string? Explain(SslPolicyErrors errors) => errors switch
    {
        SslPolicyErrors.None => null,
        _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) => "there is none",
        _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) => "it is for another name than Smtp:Host",
        _ => "nobody whom this machine, or Smtp:Authorities, trusts has signed it, or it has expired",
    };

    /// <summary>
    /// Hears what the server says after STARTTLS. MailKit drops what follows the reply and goes on; whoever sits on the way may have
    /// said it, and then nothing is sent.
    /// </summary>
    private sealed class StartTlsGuard : IProtocolLogger
    {
        private readonly StringBuilder heard = new();

        /// <summary>Whether the reply to STARTTLS is awaited.</summary>
        public bool IsWaiting { get; set; }

        public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

        public void LogConnect(Uri uri)
        {
        }

        public void LogClient(byte[] buffer, int offset, int count)
        {
            heard.Clear();
            IsWaiting = buffer.AsSpan(offset, count).StartsWith("STARTTLS"u8);
        }

        public void LogServer(byte[] buffer, int offset, int count)
        {
            if (!IsWaiting)
                return;
            heard.Append(Encoding.Latin1.GetString(buffer, offset, count));
            var lines = heard.ToString().Split('\n');
            // The last line of a reply has no hyphen after its code (RFC 5321, 4.2.1).
            var last = Array.FindIndex(lines, line => line.Length < 4 || line[3] != '-');
            if (lines.Skip(last + 1).Any(line => line.Length > 0))
                throw new IOException("more was said than the answer to STARTTLS");
        }

        public void Dispose()
        {
        }
    }
}
