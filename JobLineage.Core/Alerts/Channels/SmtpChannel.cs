using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
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

/// <summary>Mail by SMTP.</summary>
/// <param name="options">How the server is reached.</param>
public sealed class SmtpChannel(SmtpOptions options) : IDigestChannel
{
    /// <inheritdoc />
    public string Name => "Smtp";

    /// <inheritdoc />
    public async Task<SendOutcome> SendAsync(DigestMessage message, CancellationToken cancellation)
    {
        var progress = new Progress();
        try
        {
            await using var server = await SmtpConversation.ConnectAsync(options.Host, options.Port, cancellation);
            return await GreetAsync(server, cancellation) ?? await MailAsync(server, message, progress, cancellation);
        }
        catch (AuthenticationException e)
        {
            return new(SendResult.Rejected, Said($"its certificate is not trusted: {e.Message}"));
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // A server that has not seen the last line has no message (RFC 5321, 4.1.1.4).
            return progress.IsWhole
                ? new(SendResult.Unknown, Said($"it broke off: {e.Message}"))
                : new(SendResult.NotSent, Said($"it can't be reached, or broke off before it had the message: {e.Message}"));
        }
        catch (OperationCanceledException) when (!progress.IsWhole)
        {
            return new(SendResult.NotSent, Said("it did not answer in time, and has no message"));
        }
    }

    /// <summary>Encrypts and signs in as configured.</summary>
    /// <returns>Null when mail may be sent.</returns>
    private async Task<SendOutcome?> GreetAsync(SmtpConversation server, CancellationToken cancellation)
    {
        var isImplicit = options.Port == SmtpOptions.ImplicitTlsPort;
        if (isImplicit)
            await server.EncryptAsync(options.Host, options.Authorities, cancellation);
        var reply = await server.HearAsync(cancellation);
        if (!reply.IsPositive)
            return Refused(reply);
        reply = await server.SayAsync("EHLO " + server.OwnName, cancellation);
        if (!reply.IsPositive)
            return Refused(reply);
        if (options.StartTls && !isImplicit)
        {
            if (!reply.Lines.Any(l => l.Equals("STARTTLS", StringComparison.OrdinalIgnoreCase)))
                return new(SendResult.Rejected, Said("it offers no STARTTLS, and nothing is sent in clear unless Smtp:StartTls is false"));
            reply = await server.SayAsync("STARTTLS", cancellation);
            if (!reply.IsPositive)
                return Refused(reply);
            await server.EncryptAsync(options.Host, options.Authorities, cancellation);
            // RFC 3207, 4.2: what was offered in clear does not count.
            reply = await server.SayAsync("EHLO " + server.OwnName, cancellation);
            if (!reply.IsPositive)
                return Refused(reply);
        }

        return options.User is { } user ? await SignInAsync(server, user, reply, cancellation) : null;
    }

    /// <summary>RFC 4954; PLAIN is RFC 4616, LOGIN is what the others call it.</summary>
    private async Task<SendOutcome?> SignInAsync(SmtpConversation server, string user, SmtpReply offer, CancellationToken cancellation)
    {
        var ways = offer.Lines.Where(l => l.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase)).SelectMany(l => l[4..].Split([' ', '='], StringSplitOptions.RemoveEmptyEntries))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        SmtpReply reply;
        if (ways.Contains("PLAIN"))
        {
            reply = await server.SayAsync("AUTH PLAIN " + Encode(Plain(user, options.Password.Reveal())), cancellation);
        }
        else if (ways.Contains("LOGIN"))
        {
            reply = await server.SayAsync("AUTH LOGIN", cancellation);
            if (reply.Code == 334)
                reply = await server.SayAsync(Encode(user), cancellation);
            if (reply.Code == 334)
                reply = await server.SayAsync(Encode(options.Password.Reveal()), cancellation);
        }
        else
        {
            return new(SendResult.Rejected, Said($"it lets nobody sign in by PLAIN or LOGIN ({(ways.Count > 0 ? string.Join(", ", ways) : "no AUTH")}), and Smtp:User is set"));
        }

        return reply.Code == 235 ? null
            : reply.IsForNow ? Refused(reply)
            : new(SendResult.Rejected, Said($"it does not know Smtp:User with Smtp:Password: {reply}"));
    }

    private async Task<SendOutcome> MailAsync(SmtpConversation server, DigestMessage message, Progress progress, CancellationToken cancellation)
    {
        var reply = await server.SayAsync($"MAIL FROM:<{options.From.Address}>", cancellation);
        if (!reply.IsPositive)
            return Refused(reply);
        var refused = new List<SmtpReply>();
        foreach (var recipient in options.Recipients)
        {
            reply = await server.SayAsync($"RCPT TO:<{recipient.Address}>", cancellation);
            if (!reply.IsPositive)
                refused.Add(reply);
        }

        // Those that are not known do not keep it from the others. Where it is only not now, later may do.
        if (refused.Count == options.Recipients.Count)
            return Refused(refused.Find(r => r.IsForNow) ?? refused[0]);
        reply = await server.SayAsync("DATA", cancellation);
        if (reply.Code != 354)
            return Refused(reply);
        var mail = EmlWriter.Write(message, options.From, options.Recipients);
        await server.WriteAsync(mail.Replace("\r\n.", "\r\n..", StringComparison.Ordinal), cancellation);
        progress.IsWhole = true;
        reply = await server.SayAsync(mail.EndsWith("\r\n", StringComparison.Ordinal) ? "." : "\r\n.", cancellation);
        if (!reply.IsPositive)
            return Refused(reply);
        await ByeAsync(server, cancellation);
        return new(
            SendResult.Accepted,
            refused.Count > 0 ? Said($"{refused.Count} of {options.Recipients.Count} recipients were refused: {refused[0]}") : null,
            DigestText.Line(string.Join(' ', reply.Lines), 100));
    }

    private static async Task ByeAsync(SmtpConversation server, CancellationToken cancellation)
    {
        try
        {
            await server.WriteAsync("QUIT\r\n", cancellation);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // It has the message, and said so.
        }
    }

    /// <summary>4yz: not now; all else that is no yes: no.</summary>
    private SendOutcome Refused(SmtpReply reply) => new(reply.IsForNow ? SendResult.NotSent : SendResult.Rejected, Said(reply.ToString()));

    private string Said(string what) => DigestText.Line($"{options.Host}:{options.Port}: {Hide(what)}", 300);

    /// <summary>A server may repeat what it was told, as it was told.</summary>
    private string Hide(string text)
    {
        var password = options.Password.Reveal();
        if (password.Length == 0)
            return text;
        foreach (var secret in new[] { password, Encode(password), Encode(Plain(options.User ?? "", password)) })
            text = text.Replace(secret, "[redacted]", StringComparison.Ordinal);
        return text;
    }

    private static string Plain(string user, string password) => $"\0{user}\0{password}";

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>How far it came.</summary>
    private sealed class Progress
    {
        /// <summary>The server may have all of the message.</summary>
        public bool IsWhole { get; set; }
    }
}
