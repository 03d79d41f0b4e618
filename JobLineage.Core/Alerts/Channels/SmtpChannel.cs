using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Net.Sockets;
using System.Text;

namespace JobLineage.Core.Alerts.Channels;

/// <summary>How a mail server is reached.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Port">Its port: 587 or 25; 465, where TLS comes before the first word, is not supported.</param>
/// <param name="StartTls">Whether the connection must be encrypted before anything is said.</param>
/// <param name="User">Who signs in; null: nobody.</param>
/// <param name="Password">The password.</param>
/// <param name="From">The sender.</param>
/// <param name="Recipients">Who gets it.</param>
public sealed record SmtpOptions(
    string Host, int Port, bool StartTls, string? User, ChannelSecret Password, MailboxAddress From, IReadOnlyList<MailboxAddress> Recipients);

/// <summary>Mail by SMTP.</summary>
/// <param name="options">How the server is reached.</param>
public sealed class SmtpChannel(SmtpOptions options) : IDigestChannel
{
    /// <inheritdoc />
    public string Name => "Smtp";

    /// <inheritdoc />
    public async Task<SendOutcome> SendAsync(DigestMessage message, CancellationToken cancellation)
    {
        using var client = new SmtpClient(options.Host, options.Port) { EnableSsl = options.StartTls };
        if (options.User is { } user)
            client.Credentials = new NetworkCredential(user, options.Password.Reveal());
        using var mail = Mail(message);
        try
        {
            await client.SendMailAsync(mail, cancellation);
            return new(SendResult.Accepted);
        }
        catch (SmtpFailedRecipientException e)
        {
            var failed = e is SmtpFailedRecipientsException all ? all.InnerExceptions.Length : 1;
            // The others have it: sent again it would reach them twice.
            return failed < options.Recipients.Count
                ? new(SendResult.Accepted, Said($"{failed} of {options.Recipients.Count} recipients were refused: {e.Message}"))
                : new(IsForNow(e.StatusCode) ? SendResult.NotSent : SendResult.Rejected, Said(e.Message));
        }
        catch (SmtpException e) when (e.StatusCode != SmtpStatusCode.GeneralFailure)
        {
            return new(IsForNow(e.StatusCode) ? SendResult.NotSent : SendResult.Rejected, Said($"{(int)e.StatusCode}: {e.Message}"));
        }
        catch (SmtpException e) when (e.InnerException is SocketException { SocketErrorCode: var code }
            && code is SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.TryAgain)
        {
            return new(SendResult.NotSent, Said($"it can't be reached: {e.InnerException.Message}"));
        }
        catch (SmtpException e) when (e.InnerException is System.Security.Authentication.AuthenticationException)
        {
            return new(SendResult.Rejected, Said($"its certificate is not trusted: {e.InnerException.Message}"));
        }
        catch (Exception e) when (e is SmtpException or IOException or SocketException)
        {
            return new(SendResult.Unknown, Said($"it broke off: {e.GetBaseException().Message}"));
        }
    }

    /// <summary>4yz: not now. (RFC 5321, 4.2.1)</summary>
    private static bool IsForNow(SmtpStatusCode code) => (int)code is >= 400 and < 500;

    private string Said(string what) => DigestText.Line(options.Password.TakeOutOf($"{options.Host}:{options.Port}: {what}"), 300);

    private MailMessage Mail(DigestMessage message)
    {
        var mail = new MailMessage { From = options.From.ToMail(), Subject = message.Subject, SubjectEncoding = Encoding.UTF8, HeadersEncoding = Encoding.UTF8 };
        foreach (var recipient in options.Recipients)
            mail.To.Add(recipient.ToMail());
        foreach (var (name, value) in MailHeaders.Of(message))
            mail.Headers.Add(name, value);
        mail.AlternateViews.Add(View(message.Text, MediaTypeNames.Text.Plain));
        mail.AlternateViews.Add(View(message.Html, MediaTypeNames.Text.Html));
        return mail;
    }

    private static AlternateView View(string text, string type)
    {
        var view = AlternateView.CreateAlternateViewFromString(text, Encoding.UTF8, type);
        view.TransferEncoding = TransferEncoding.Base64;
        return view;
    }
}
