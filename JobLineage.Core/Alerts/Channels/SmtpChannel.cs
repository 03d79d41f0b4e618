using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace JobLineage.Core.Alerts.Channels;

/// <summary>Mail by SMTP.</summary>
/// <param name="options">How the server is reached.</param>
public sealed class SmtpChannel(SmtpOptions options) : IDigestChannel
{
    /// <inheritdoc />
    public string Name => "Smtp";

    /// <summary>Reaches a server by name and port: tests have it elsewhere than at a port that only root may open.</summary>
    internal Func<string, int, CancellationToken, Task<Socket>> Dial { get; init; } = DialAsync;

    /// <inheritdoc />
    public async Task<SendOutcome> SendAsync(DigestMessage message, CancellationToken cancellation)
    {
        var progress = new Progress();
        using var client = new DigestSmtpClient(options.Authorities);
        try
        {
            await ConnectAsync(client, cancellation);
            return await SignInAsync(client, cancellation) ?? await MailAsync(client, message, progress, cancellation);
        }
        catch (SmtpCommandException e)
        {
            // Any 2yz after the data is a yes, though MailKit takes 250 alone for one.
            return progress.IsWhole && (int)e.StatusCode is >= 200 and < 300
                ? Accepted(client, e.Message)
                : Refused(e.StatusCode, e.Message);
        }
        catch (ServiceNotAuthenticatedException e)
        {
            return Refused(SmtpStatusCode.AuthenticationRequired, e.Message);
        }
        catch (SslHandshakeException) when (client.CertificateProblem is not null)
        {
            return new(SendResult.Rejected, Said($"its certificate is not trusted: {client.CertificateProblem}"));
        }
        catch (NotSupportedException) when (options.StartTls && !client.IsConnected)
        {
            return new(SendResult.Rejected, Said("it offers no STARTTLS, and nothing is sent in clear unless Smtp:StartTls is false"));
        }
        catch (SslHandshakeException e) when (e.InnerException is System.Security.Authentication.AuthenticationException inner)
        {
            return new(SendResult.Rejected, Said($"it can't be spoken to encrypted: {inner.Message}"));
        }
        catch (Exception e) when (e is IOException or SocketException or ProtocolException or SslHandshakeException or TimeoutException)
        {
            // A server that has not seen the last line has no message (RFC 5321, 4.1.1.4).
            return progress.IsWhole
                ? new(SendResult.Unknown, Said($"it broke off: {e.Message}"))
                : new(SendResult.NotSent, Said($"it can't be reached, or broke off before it had the message: {(e.InnerException ?? e).Message}"));
        }
        catch (OperationCanceledException) when (!progress.IsWhole)
        {
            return new(SendResult.NotSent, Said("it did not answer in time, and has no message"));
        }
    }

    /// <summary>Connects, and encrypts as configured.</summary>
    private async Task ConnectAsync(DigestSmtpClient client, CancellationToken cancellation)
    {
        var socket = await Dial(options.Host, options.Port, cancellation);
        // The client is called by its address, as RFC 5321, 4.1.3 has it: its name says more of a house than a mail server needs to know.
        client.LocalDomain = ((IPEndPoint)socket.LocalEndPoint!).Address.ToString();
        var security = options.Port == SmtpOptions.ImplicitTlsPort ? SecureSocketOptions.SslOnConnect
            : options.StartTls ? SecureSocketOptions.StartTls
            : SecureSocketOptions.None;
        await client.ConnectAsync(socket, options.Host, options.Port, security, cancellation);
    }

    /// <summary>By PLAIN (RFC 4616), or LOGIN where there is no PLAIN; once, since servers count failures.</summary>
    /// <returns>Null when mail may be sent.</returns>
    private async Task<SendOutcome?> SignInAsync(DigestSmtpClient client, CancellationToken cancellation)
    {
        if (options.User is not { } user)
            return null;
        var (ways, password) = (client.AuthenticationMechanisms, options.Password.Reveal());
        SaslMechanism? way = ways.Contains("PLAIN") ? new SaslMechanismPlain(Encoding.UTF8, user, password)
            : ways.Contains("LOGIN") ? new SaslMechanismLogin(Encoding.UTF8, user, password)
            : null;
        if (way is null)
            return new(SendResult.Rejected, Said($"it lets nobody sign in by PLAIN or LOGIN ({(ways.Count > 0 ? string.Join(", ", ways) : "no AUTH")}), and Smtp:User is set"));
        try
        {
            await client.AuthenticateAsync(way, cancellation);
            return null;
        }
        catch (MailKit.Security.AuthenticationException e)
        {
            return e.InnerException is SmtpCommandException { StatusCode: var code } answer && DigestSmtpClient.IsForNow(code)
                ? Refused(code, answer.Message)
                : new(SendResult.Rejected, Said($"it does not know Smtp:User with Smtp:Password: {e.Message}"));
        }
    }

    private async Task<SendOutcome> MailAsync(DigestSmtpClient client, DigestMessage message, Progress progress, CancellationToken cancellation)
    {
        using var mail = DigestMail.Make(message, options.From, options.Recipients);
        var answer = await client.SendAsync(
            FormatOptions.Default, mail, DigestMail.Mailbox(options.From), options.Recipients.Select(DigestMail.Mailbox), cancellation, progress);
        await ByeAsync(client);
        return Accepted(client, answer);
    }

    /// <summary>It has the message, and said so: how it parts does not matter, and is not waited for for long.</summary>
    private static async Task ByeAsync(DigestSmtpClient client)
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            await client.DisconnectAsync(quit: true, soon.Token);
        }
        catch (Exception e) when (e is IOException or ProtocolException or CommandException or OperationCanceledException)
        {
            // Gone already.
        }
    }

    private SendOutcome Accepted(DigestSmtpClient client, string answer) => new(
        SendResult.Accepted,
        client.Refused is [var first, ..] refused ? Said($"{refused.Count} of {options.Recipients.Count} recipients were refused: {Reply(first.StatusCode, first.Response)}") : null,
        DigestText.Line(answer.ReplaceLineEndings(" "), 100));

    /// <summary>4yz: not now; all else that is no yes: no.</summary>
    private SendOutcome Refused(SmtpStatusCode code, string text) =>
        new(DigestSmtpClient.IsForNow(code) ? SendResult.NotSent : SendResult.Rejected, Said(Reply(code, text)));

    private static string Reply(SmtpStatusCode code, string text) => string.Create(CultureInfo.InvariantCulture, $"{(int)code} {text.ReplaceLineEndings(" ")}");

    private string Said(string what) => DigestText.Flat($"{options.Host}:{options.Port}: {Hide(what)}", 300);

    /// <summary>A server may repeat what it was told, as it was told.</summary>
    private string Hide(string text)
    {
        var password = options.Password.Reveal();
        if (password.Length == 0)
            return text;
        foreach (var secret in new[] { password, Encode(password), Encode($"\0{options.User}\0{password}") })
            text = text.Replace(secret, "[redacted]", StringComparison.Ordinal);
        return text;
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static async Task<Socket> DialAsync(string host, int port, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>How far it came.</summary>
    private sealed class Progress : ITransferProgress
    {
        /// <summary>The server may have all of the message.</summary>
        public bool IsWhole { get; private set; }

        public void Report(long bytesTransferred, long totalSize) => IsWhole |= bytesTransferred >= totalSize;

        /// <summary>The size is known; were it not, any of it might be all.</summary>
        public void Report(long bytesTransferred) => IsWhole = true;
    }
}
