using System.Net;
using System.Text;
using System.Text.Json;
using JobLineage.Core.Alerts;
using JobLineage.Core.Alerts.Channels;
using JobLineage.Dashboard.Hosting;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Alerts;

/// <summary>What goes out, and what is made of the answer.</summary>
public sealed class ChannelTests
{
    private const string Key = "SG.very-secret-key";

    private static readonly DigestMessage Message = DigestRenderer.Render(DigestTextTests.Known());
    private static readonly MailboxAddress From = new("lineage@example.com", "Job Lineage");
    private static readonly IReadOnlyList<MailboxAddress> To = [new("ops@example.com", null), new("night@example.com", "Nächte")];

    [Fact]
    public async Task SendGrid_gets_the_message_with_the_digests_key_in_a_header_and_in_its_arguments()
    {
        await using var server = await HttpLookAlike.StartAsync();
        server.Answer = context =>
        {
            context.Response.Headers["X-Message-Id"] = "sg-1";
            return HttpLookAlike.StatusAsync(context, 202);
        };
        var outcome = await SendGridAsync(server, Message with { IsPossibleDuplicate = true });
        Assert.Equal(new(SendResult.Accepted, ProviderId: "sg-1"), outcome);
        var (headers, body) = Assert.Single(server.Received);
        Assert.Equal($"Bearer {Key}", headers["Authorization"]);
        var json = JsonDocument.Parse(body).RootElement;
        Assert.Equal(Message.Key, json.GetProperty("custom_args").GetProperty("job_lineage_digest").GetString());
        Assert.Equal("true", json.GetProperty("custom_args").GetProperty("job_lineage_possible_duplicate").GetString());
        Assert.Equal("true", json.GetProperty("headers").GetProperty(DigestMessage.DuplicateHeader).GetString());
        Assert.Equal(Message.MessageId, json.GetProperty("headers").GetProperty("Message-ID").GetString());
        Assert.Equal(["text/plain", "text/html"], json.GetProperty("content").EnumerateArray().Select(c => c.GetProperty("type").GetString()));
        Assert.Equal(2, json.GetProperty("personalizations")[0].GetProperty("to").GetArrayLength());
    }

    [Theory]
    [InlineData(200, SendResult.Accepted)]
    [InlineData(302, SendResult.Rejected)]
    [InlineData(400, SendResult.Rejected)]
    [InlineData(401, SendResult.Rejected)]
    [InlineData(403, SendResult.Rejected)]
    [InlineData(413, SendResult.Rejected)]
    [InlineData(408, SendResult.Unknown)]
    [InlineData(429, SendResult.NotSent)]
    [InlineData(500, SendResult.Unknown)]
    [InlineData(503, SendResult.Unknown)]
    public async Task An_answer_is_taken_for_what_it_says(int status, SendResult expected)
    {
        await using var server = await HttpLookAlike.StartAsync();
        server.Answer = context =>
        {
            context.Response.Headers.Location = server.Url;
            return HttpLookAlike.StatusAsync(context, status, $"no, not with {Key}\r\nBcc: x");
        };
        var outcome = await SendGridAsync(server, Message);
        Assert.Equal(expected, outcome.Result);
        Assert.DoesNotContain(Key, outcome.Detail ?? "");
        Assert.DoesNotContain('\n', outcome.Detail ?? "");
        Assert.Single(server.Received);
    }

    [Theory]
    [InlineData("Retry-After", "7", 7.0)]
    [InlineData("Retry-After", "Sat, 14 Mar 2026 12:00:30 GMT", 30.0)]
    [InlineData("X-RateLimit-Reset", "1773489620", 20.0)]
    [InlineData("X-RateLimit-Reset", "soon", null)]
    [InlineData("X-Nothing", "1", null)]
    public async Task How_long_to_wait_is_read_from_whatever_says_it(string header, string value, double? seconds)
    {
        await using var server = await HttpLookAlike.StartAsync();
        server.Answer = context =>
        {
            context.Response.Headers[header] = value;
            return HttpLookAlike.StatusAsync(context, 429);
        };
        var outcome = await SendGridAsync(server, Message);
        Assert.Equal((SendResult.NotSent, seconds), (outcome.Result, outcome.Wait?.TotalSeconds));
    }

    [Fact]
    public async Task A_connection_that_breaks_after_the_message_leaves_a_doubt_and_one_that_never_was_does_not()
    {
        var server = await HttpLookAlike.StartAsync();
        server.Answer = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        Assert.Equal(SendResult.Unknown, (await SendGridAsync(server, Message)).Result);
        Assert.Single(server.Received);
        await server.DisposeAsync();
        Assert.Equal(SendResult.NotSent, (await SendGridAsync(server, Message)).Result);
    }

    [Fact]
    public async Task A_channel_that_is_silent_is_not_waited_for_for_ever()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        await fixture.FailAsync(1);
        await fixture.MakeAsync();
        await using var server = await HttpLookAlike.StartAsync();
        server.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        using var client = Client();
        var sender = fixture.Sender(new SendGridChannel(client, Options(server), new ManualTimeProvider()), new() { Timeout = TimeSpan.FromMilliseconds(300) });
        Assert.Equal(SendResult.Unknown, Assert.Single(await sender.PassAsync(default)).Result);
        Assert.Equal(DeliveryState.Unknown, (await fixture.OnlyAsync()).State);
    }

    [Fact]
    public async Task Slack_gets_blocks_within_its_limits_and_foreign_text_commands_nothing()
    {
        await using var server = await HttpLookAlike.StartAsync();
        const string foreign = "<!channel> & <https://evil.example|click>";
        var jobs = Enumerable.Range(0, 20).Select(i => new DigestJob($"{i}|{foreign}", foreign, foreign, 1, 1, Message.Content.MadeAt)).ToList();
        var groups = Enumerable.Range(0, 8).Select(i => new DigestGroup(foreign, i, new string('<', 5_000), 50, Message.Content.FirstAt, Message.Content.LastAt, foreign, jobs)).ToList();
        var content = Message.Content with { Runs = [.. Enumerable.Range(0, 20).Select(i => new DigestRun("oban", $"{i}", foreign, 400, groups, 0, 0))] };
        using var client = Client();
        var outcome = await new SlackChannel(client, new(new(server.Url)), TimeProvider.System).SendAsync(DigestRenderer.Render(content), default);
        Assert.Equal(SendResult.Accepted, outcome.Result);
        var json = JsonDocument.Parse(server.Received[0].Body).RootElement;
        var blocks = json.GetProperty("blocks").EnumerateArray().ToList();
        Assert.InRange(blocks.Count, 10, 50);
        Assert.InRange(blocks[0].GetProperty("text").GetProperty("text").GetString()!.Length, 1, 150);
        Assert.All(blocks.Where(b => b.GetProperty("type").GetString() == "section"), b =>
        {
            var text = b.GetProperty("text").GetProperty("text").GetString()!;
            Assert.InRange(text.Length, 1, 3_000);
            Assert.DoesNotContain("<!", text);
            Assert.DoesNotContain("<https://evil", text);
        });
    }

    [Fact]
    public async Task A_webhook_is_signed_over_its_time_and_its_body()
    {
        await using var server = await HttpLookAlike.StartAsync();
        var secret = new ChannelSecret("0123456789abcdef");
        using var client = Client();
        Assert.Equal(SendResult.Accepted, (await new WebhookChannel(client, new(new(server.Url), secret), TimeProvider.System).SendAsync(Message, default)).Result);
        var (headers, body) = server.Received[0];
        Assert.Equal(Message.Key, headers["Idempotency-Key"]);
        Assert.Equal(WebhookChannel.Sign(secret, headers[WebhookChannel.TimestampHeader], Encoding.UTF8.GetBytes(body)), headers[WebhookChannel.SignatureHeader]);
        Assert.NotEqual(WebhookChannel.Sign(secret, headers[WebhookChannel.TimestampHeader], Encoding.UTF8.GetBytes(body + " ")), headers[WebhookChannel.SignatureHeader]);
        var json = JsonDocument.Parse(body).RootElement;
        Assert.Equal((1, 24), (json.GetProperty("version").GetInt32(), json.GetProperty("digest").GetProperty("failures").GetInt32()));
    }

    [Fact]
    public async Task A_file_is_a_mail_that_appears_whole_and_a_copy_takes_its_place()
    {
        using var folder = new TempFolder();
        var channel = new FileChannel(new(Path.Combine(folder.Path, "digests"), From, To));
        await channel.SendAsync(Message with { Subject = "Größe 😀 " + new string('ü', 200) }, default);
        Assert.Equal(SendResult.Accepted, (await channel.SendAsync(Message, default)).Result);
        var file = Assert.Single(Directory.GetFiles(Path.Combine(folder.Path, "digests")));
        Assert.Equal($"20260314T130000Z-{Message.Key}.eml", Path.GetFileName(file));
        var eml = await File.ReadAllTextAsync(file);
        Assert.All(eml.Split("\r\n"), line => Assert.InRange(line.Length, 0, 998));
        Assert.Contains($"Message-ID: {Message.MessageId}\r\n", eml);
        Assert.Contains("\r\nSubject: ", eml);
        Assert.Contains(Convert.ToBase64String(Encoding.UTF8.GetBytes(Message.Text))[..60], eml);
    }

    [Fact]
    public async Task A_mail_server_gets_both_forms_and_headers_of_one_line()
    {
        await using var server = new SmtpLookAlike();
        Assert.Equal(SendResult.Accepted, (await SmtpAsync(server)).Result);
        var mail = Assert.Single(server.Mails);
        Assert.Contains(Message.MessageId, mail);
        Assert.Contains($"{DigestMessage.IdHeader}: {Message.Key}", mail);
        Assert.Contains("text/plain", mail);
        Assert.Contains("text/html", mail);
        Assert.Equal(2, server.Commands.Count(c => c.StartsWith("RCPT", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("MAIL", "550 no such sender", SendResult.Rejected)]
    [InlineData("MAIL", "451 not now", SendResult.NotSent)]
    [InlineData("RCPT", "550 nobody", SendResult.Rejected)]
    [InlineData(".", "554 spam", SendResult.Rejected)]
    [InlineData(".", "452 full", SendResult.NotSent)]
    [InlineData(".", "", SendResult.Unknown)]
    public async Task A_mail_servers_answer_is_taken_for_what_it_says(string verb, string answer, SendResult expected)
    {
        await using var server = new SmtpLookAlike();
        server.Answers[verb] = answer;
        Assert.Equal(expected, (await SmtpAsync(server)).Result);
    }

    [Fact]
    public async Task A_mail_server_that_offers_no_encryption_is_told_nothing()
    {
        await using var server = new SmtpLookAlike();
        var outcome = await SmtpAsync(server, startTls: true);
        Assert.NotEqual(SendResult.Accepted, outcome.Result);
        Assert.Empty(server.Mails);
        Assert.DoesNotContain(server.Commands, c => c.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public void Secrets_are_not_shown() =>
        Assert.DoesNotContain(Key, new SendGridOptions(new(Key), new("https://x.example"), From, To).ToString());

    private static Task<SendOutcome> SmtpAsync(SmtpLookAlike server, bool startTls = false) =>
        new SmtpChannel(new(IPAddress.Loopback.ToString(), server.Port, startTls, null, new(""), From, To)).SendAsync(Message, default);

    private static async Task<SendOutcome> SendGridAsync(HttpLookAlike server, DigestMessage message)
    {
        using var client = Client();
        return await new SendGridChannel(client, Options(server), new ManualTimeProvider()).SendAsync(message, default);
    }

    private static SendGridOptions Options(HttpLookAlike server) => new(new(Key), new(server.Url), From, To);

    private static HttpClient Client() => new(DigestServices.Handler());
}
