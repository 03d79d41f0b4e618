using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using JobLineage.Core.Alerts;
using JobLineage.Core.Alerts.Channels;

namespace JobLineage.Tests.Alerts;

/// <summary>Mail servers as they are: encrypted, with passwords, out of order.</summary>
public sealed class SmtpTests
{
    private const string Password = "pass word ü";

    private static readonly DigestMessage Message = DigestRenderer.Render(DigestTextTests.Known());

    [Fact]
    public async Task A_mail_server_gets_both_forms_and_headers_of_one_line()
    {
        await using var server = new SmtpLookAlike();
        Assert.Equal(new(SendResult.Accepted, ProviderId: "2.0.0 queued as 4711"), await SendAsync(server));
        var mail = Assert.Single(server.Mails);
        Assert.Contains(Message.MessageId, mail);
        Assert.Contains($"{DigestMessage.IdHeader}: {Message.Key}", mail);
        Assert.Contains("text/plain", mail);
        Assert.Contains("text/html", mail);
        Assert.Contains(Convert.ToBase64String(Encoding.UTF8.GetBytes(Message.Text))[..60], mail);
        Assert.Equal(2, server.Commands.Count(c => c.StartsWith("RCPT", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("EHLO", "502 what?", SendResult.Rejected)]
    [InlineData("MAIL", "550 no such sender", SendResult.Rejected)]
    [InlineData("MAIL", "451 not now", SendResult.NotSent)]
    [InlineData("MAIL", "", SendResult.NotSent)]
    [InlineData("MAIL", "HTTP/1.1 400 Bad Request", SendResult.NotSent)]
    [InlineData("RCPT", "550 nobody", SendResult.Rejected)]
    [InlineData("RCPT", "450-4.2.0 greylisted\r\n450 4.2.0 come back in 5 minutes", SendResult.NotSent)]
    [InlineData("DATA", "552 too much", SendResult.Rejected)]
    [InlineData(".", "554 spam", SendResult.Rejected)]
    [InlineData(".", "452 full", SendResult.NotSent)]
    [InlineData(".", "421 closing down", SendResult.NotSent)]
    [InlineData(".", "", SendResult.Unknown)]
    [InlineData(".", "200 fine", SendResult.Accepted)]
    [InlineData(".", "250-2.0.0 taken\r\n250 2.0.0 over", SendResult.Accepted)]
    [InlineData("QUIT", "", SendResult.Accepted)]
    public async Task A_mail_servers_answer_is_taken_for_what_it_says(string verb, string answer, SendResult expected)
    {
        await using var server = new SmtpLookAlike();
        server.Answers[verb] = answer;
        Assert.Equal(expected, (await SendAsync(server)).Result);
    }

    [Fact]
    public async Task A_greylisted_message_is_sent_later()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        await fixture.FailAsync(1);
        await fixture.MakeAsync();
        await using var server = new SmtpLookAlike();
        server.Answers["RCPT"] = "450 4.2.0 greylisted";
        var sender = fixture.Sender(new SmtpChannel(Options(server)), new() { FirstPause = TimeSpan.FromMilliseconds(15) });
        await sender.PassAsync(default);
        Assert.Equal((DeliveryState.Pending, false), ((await fixture.OnlyAsync()).State, (await fixture.OnlyAsync()).PossibleDuplicate));
        server.Answers.Clear();
        await fixture.PassTimeAsync();
        await sender.PassAsync(default);
        Assert.Equal(DeliveryState.Accepted, (await fixture.OnlyAsync()).State);
        Assert.DoesNotContain(DigestMessage.DuplicateHeader, Assert.Single(server.Mails));
    }

    [Fact]
    public async Task One_recipient_who_is_not_known_keeps_it_from_nobody_else()
    {
        await using var server = new SmtpLookAlike();
        server.Answers["RCPT TO:<night@example.com>"] = "550 nobody";
        var outcome = await SendAsync(server);
        Assert.Equal(SendResult.Accepted, outcome.Result);
        Assert.Contains("1 of 2 recipients were refused: 550 nobody", outcome.Detail);
        Assert.Single(server.Mails);
    }

    [Fact]
    public async Task A_server_that_is_silent_before_it_has_the_message_leaves_no_doubt()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var channel = new SmtpChannel(new("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, false, null, new(""), new("a@example.com", null), [new("b@example.com", null)]));
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        Assert.Equal(SendResult.NotSent, (await channel.SendAsync(Message, timeout.Token)).Result);
    }

    [Theory]
    [InlineData("PLAIN LOGIN", "AUTH PLAIN")]
    [InlineData("LOGIN XOAUTH2", "AUTH LOGIN")]
    public async Task Whoever_has_the_password_signs_in_on_an_encrypted_connection(string ways, string expected)
    {
        using var certificate = SmtpLookAlike.NewCertificate();
        await using var server = new SmtpLookAlike { Certificate = certificate, Ways = ways };
        Assert.Equal(SendResult.Accepted, (await SendAsync(server, startTls: true, Password)).Result);
        Assert.Equal([true], server.Encrypted);
        Assert.StartsWith(expected, server.Commands.Single(c => c.StartsWith("AUTH", StringComparison.Ordinal)));
        // What was offered in clear does not count.
        Assert.Equal(2, server.Commands.Count(c => c.StartsWith("EHLO", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    public async Task A_wrong_password_is_a_mistake_in_the_configuration_and_is_not_shown(string ways)
    {
        using var certificate = SmtpLookAlike.NewCertificate();
        await using var server = new SmtpLookAlike { Certificate = certificate, Ways = ways };
        var outcome = await SendAsync(server, startTls: true, "not-the-password");
        Assert.Equal(SendResult.Rejected, outcome.Result);
        Assert.Contains("Smtp:Password", outcome.Detail);
        Assert.Contains("535", outcome.Detail);
        Assert.DoesNotContain("not-the-password", outcome.Detail);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes("\0lineage\0not-the-password")), outcome.Detail);
        Assert.Empty(server.Mails);
    }

    [Fact]
    public async Task A_server_that_knows_no_way_to_sign_in_is_told_nothing()
    {
        using var certificate = SmtpLookAlike.NewCertificate();
        await using var server = new SmtpLookAlike { Certificate = certificate, Ways = "CRAM-MD5" };
        var outcome = await SendAsync(server, startTls: true, Password);
        Assert.Equal(SendResult.Rejected, outcome.Result);
        Assert.Contains("CRAM-MD5", outcome.Detail);
        Assert.DoesNotContain(server.Commands, c => c.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_offers_no_encryption_is_told_nothing()
    {
        await using var server = new SmtpLookAlike { Ways = "PLAIN" };
        var outcome = await SendAsync(server, startTls: true, Password);
        Assert.Equal(SendResult.Rejected, outcome.Result);
        Assert.Contains("STARTTLS", outcome.Detail);
        Assert.Empty(server.Mails);
        Assert.DoesNotContain(server.Commands, c => c.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_certificate_that_nobody_signed_is_not_trusted_unless_it_is_named()
    {
        using var certificate = SmtpLookAlike.NewCertificate();
        using var another = SmtpLookAlike.NewCertificate();
        await using var server = new SmtpLookAlike { Certificate = certificate, Ways = "PLAIN" };
        foreach (X509Certificate2Collection? authorities in new[] { null, new X509Certificate2Collection(another) })
        {
            var outcome = await new SmtpChannel(Options(server, startTls: true, Password) with { Authorities = authorities }).SendAsync(Message, default);
            Assert.Equal(SendResult.Rejected, outcome.Result);
            Assert.Contains("certificate", outcome.Detail);
        }

        Assert.Empty(server.Mails);
        Assert.DoesNotContain(server.Commands, c => c.StartsWith("AUTH", StringComparison.Ordinal));
        Assert.Equal(SendResult.Accepted, (await SendAsync(server, startTls: true, Password)).Result);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_certificate_is_trusted_for_the_name_that_it_bears_alone(bool isImplicit)
    {
        using var certificate = SmtpLookAlike.NewCertificate("mail.example.com");
        await using var server = new SmtpLookAlike { Certificate = certificate, Ways = "PLAIN", IsImplicit = isImplicit };
        var named = Options(server, startTls: true, Password) with { Host = "mail.example.com", Port = isImplicit ? SmtpOptions.ImplicitTlsPort : 587 };
        Assert.Equal(SendResult.Accepted, (await At(server, named).SendAsync(Message, default)).Result);
        var said = server.Commands.Count;
        var outcome = await At(server, named with { Host = "mail.example.org" }).SendAsync(Message, default);
        Assert.Equal(SendResult.Rejected, outcome.Result);
        Assert.Contains("certificate", outcome.Detail);
        Assert.Contains("for another name than Smtp:Host", outcome.Detail);
        Assert.Single(server.Mails);
        Assert.DoesNotContain(server.Commands.Skip(said), c => !c.StartsWith("EHLO", StringComparison.Ordinal) && c != "STARTTLS");
    }

    [Fact]
    public async Task At_port_465_nothing_is_said_before_the_encryption()
    {
        using var certificate = SmtpLookAlike.NewCertificate();
        await using var server = new SmtpLookAlike { Certificate = certificate, Ways = "PLAIN", IsImplicit = true };
        var options = Options(server, startTls: true, Password) with { Port = SmtpOptions.ImplicitTlsPort };
        Assert.Equal(SendResult.Accepted, (await At(server, options).SendAsync(Message, default)).Result);
        Assert.Equal([true], server.Encrypted);
        // The encryption stands: it is neither asked for nor begun again.
        Assert.DoesNotContain("STARTTLS", server.Commands);
        Assert.Single(server.Commands, c => c.StartsWith("EHLO", StringComparison.Ordinal));

        using var another = SmtpLookAlike.NewCertificate();
        var said = server.Commands.Count;
        foreach (X509Certificate2Collection? authorities in new[] { null, new X509Certificate2Collection(another) })
        {
            var outcome = await At(server, options with { Authorities = authorities }).SendAsync(Message, default);
            Assert.Equal(SendResult.Rejected, outcome.Result);
            Assert.Contains("certificate is not trusted", outcome.Detail);
        }

        Assert.Equal(said, server.Commands.Count);
    }

    [Fact]
    public async Task A_server_that_talks_in_clear_at_port_465_is_told_nothing()
    {
        await using var server = new SmtpLookAlike { Ways = "PLAIN" };
        var options = Options(server, startTls: true, Password) with { Port = SmtpOptions.ImplicitTlsPort };
        var outcome = await At(server, options).SendAsync(Message, default);
        Assert.Equal(SendResult.Rejected, outcome.Result);
        Assert.DoesNotContain("certificate", outcome.Detail);
        Assert.DoesNotContain(server.Commands, c => c.Contains("EHLO", StringComparison.Ordinal) || c.Contains("AUTH", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, SendResult.Accepted)]
    [InlineData(true, SendResult.Rejected)]
    public async Task A_server_that_knows_HELO_alone_gets_mail_where_it_may_go_in_clear(bool startTls, SendResult expected)
    {
        await using var server = new SmtpLookAlike();
        server.Answers["EHLO"] = "502 what?";
        server.Answers["HELO"] = "250 hello";
        var outcome = await SendAsync(server, startTls);
        Assert.Equal(expected, outcome.Result);
        Assert.Equal(startTls ? 0 : 1, server.Mails.Count);
    }

    [Fact]
    public async Task What_is_said_before_the_encryption_begins_counts_for_nothing()
    {
        using var certificate = SmtpLookAlike.NewCertificate();
        await using var server = new SmtpLookAlike { Certificate = certificate };
        server.Answers["STARTTLS"] = "220 go on\r\n250 and this was slipped in";
        Assert.Equal(SendResult.NotSent, (await SendAsync(server, startTls: true)).Result);
        Assert.Empty(server.Mails);
    }

    private static Task<SendOutcome> SendAsync(SmtpLookAlike server, bool startTls = false, string? password = null) =>
        new SmtpChannel(Options(server, startTls, password)).SendAsync(Message, default);

    /// <summary>A channel for whose host and port this server stands.</summary>
    private static SmtpChannel At(SmtpLookAlike server, SmtpOptions options) => new(options)
    {
        Dial = async (_, _, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, server.Port, cancellation);
            return socket;
        },
    };

    private static SmtpOptions Options(SmtpLookAlike server, bool startTls = false, string? password = null) => new(
        "127.0.0.1", server.Port, startTls, password is null ? null : server.Known.User, new(password ?? ""), new("lineage@example.com", "Job Lineage"),
        [new("ops@example.com", null), new("night@example.com", "Nächte")])
    {
        Authorities = server.Certificate is { } certificate ? [certificate] : null,
    };
}
