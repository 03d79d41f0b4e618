using System.Text;
using System.Text.Json;
using JobLineage.Bench.Digest;
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
        server.Answer = (context, _) =>
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

    [Fact]
    public async Task SendGrid_takes_what_it_gets_by_its_own_rules()
    {
        await using var server = await HttpLookAlike.StartAsync();
        server.Answer = (context, body) => SendGridRules.AnswerAsync(context, body, Key, "sg-2");
        var options = Options(server) with { Recipients = [new("ops@example.com", "Ops; day, night"), .. Enumerable.Range(1, 999).Select(i => new MailboxAddress($"n{i}@example.com", "Nächte"))] };
        using var client = Client();
        Assert.Equal(new(SendResult.Accepted, ProviderId: "sg-2"), await new SendGridChannel(client, options, TimeProvider.System).SendAsync(Message, default));
        var wrong = await new SendGridChannel(client, options with { ApiKey = new("SG.other") }, TimeProvider.System).SendAsync(Message, default);
        Assert.Equal(SendResult.Rejected, wrong.Result);
        var many = options with { Recipients = [.. options.Recipients, new("one-too-many@example.com", null)] };
        wrong = await new SendGridChannel(client, many, TimeProvider.System).SendAsync(Message, default);
        Assert.Equal(SendResult.Rejected, wrong.Result);
        Assert.Contains("There is a limit of 1000 total recipients", wrong.Detail);
    }

    /// <summary>A checker that finds nothing proves nothing.</summary>
    [Theory]
    [InlineData("\"subject\":\"", "\"subject\":\"\",\"was\":\"", "subject")]
    [InlineData("\"personalizations\"", "\"people\"", "personalizations")]
    [InlineData("\"from\"", "\"by\"", "from")]
    [InlineData("text/plain", "text/zzz", "content")]
    [InlineData("\"headers\":{", "\"headers\":{\"Reply-To\":\"x@example.com\",", "headers")]
    [InlineData("\"headers\":{", "\"headers\":{\"X Y\":\"x\",", "headers")]
    [InlineData("\"custom_args\":{", "\"custom_args\":{\"n\":1,", "custom_args")]
    [InlineData("night@example.com", "OPS@example.com", "personalizations")]
    [InlineData("night@example.com", "night", "personalizations.to")]
    public async Task The_look_alike_refuses_what_SendGrid_refuses(string from, string to, string field)
    {
        await using var server = await HttpLookAlike.StartAsync();
        await SendGridAsync(server, Message);
        var body = server.Received[0].Body;
        Assert.Empty(SendGridRules.Check("application/json; charset=utf-8", body));
        var changed = body.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(body, changed);
        Assert.Equal(field, Assert.Single(SendGridRules.Check("application/json", changed)).Field);
        Assert.NotEmpty(SendGridRules.Check("text/plain", body));
        Assert.NotEmpty(SendGridRules.Check("application/json", body.Replace("\"custom_args\":{", $"\"custom_args\":{{\"n\":\"{new string('x', 10_000)}\",", StringComparison.Ordinal)));
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
        server.Answer = (context, _) =>
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
        server.Answer = (context, _) =>
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
        server.Answer = (context, _) =>
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
        server.Answer = (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted);
        using var client = Client();
        var sender = fixture.Sender(new SendGridChannel(client, Options(server), new TestClock()), new() { Timeout = TimeSpan.FromMilliseconds(300) });
        Assert.Equal(SendResult.Unknown, Assert.Single(await sender.PassAsync(default)).Result);
        Assert.Equal(DeliveryState.Unknown, (await fixture.OnlyAsync()).State);
    }

    [Fact]
    public async Task Slack_gets_blocks_within_its_limits_and_foreign_text_formats_and_commands_nothing()
    {
        await using var server = await HttpLookAlike.StartAsync();
        const string foreign = "<!channel> & <https://evil.example|click> *bold* _italic_ ~struck~ `code` :boom: @here";
        var jobs = Enumerable.Range(0, 20).Select(i => new DigestJob($"{i}|{foreign}", foreign, foreign, 1, 1, Message.Content.MadeAt)).ToList();
        var groups = Enumerable.Range(0, 8).Select(i => new DigestGroup(foreign, i, new string('<', 5_000), 50, Message.Content.FirstAt, Message.Content.LastAt, foreign, jobs)).ToList();
        var content = Message.Content with { Runs = [.. Enumerable.Range(0, 20).Select(i => new DigestRun("oban", $"{i}", foreign, 400, groups, 0, 0))] };
        using var client = Client();
        var outcome = await new SlackChannel(client, new(new(server.Url)), TimeProvider.System).SendAsync(DigestRenderer.Render(content) with { Subject = foreign }, default);
        Assert.Equal(SendResult.Accepted, outcome.Result);
        var json = JsonDocument.Parse(server.Received[0].Body).RootElement;
        // The text for notifications: its control characters are escaped, and nothing else is asked to be formatted.
        Assert.False(json.GetProperty("mrkdwn").GetBoolean());
        Assert.DoesNotContain('<', json.GetProperty("text").GetString()!);
        var blocks = json.GetProperty("blocks").EnumerateArray().ToList();
        Assert.InRange(blocks.Count, 10, 50);
        Assert.InRange(blocks[0].GetProperty("text").GetProperty("text").GetString()!.Length, 1, 150);
        Assert.False(blocks[0].GetProperty("text").GetProperty("emoji").GetBoolean());
        // Nothing is text that Slack would format: rich text is shown to the letter.
        Assert.DoesNotContain("\"mrkdwn\",", server.Received[0].Body);
        Assert.Equal(["header", "rich_text", "context"], blocks.Select(b => b.GetProperty("type").GetString()).Distinct());
        var leaves = blocks.Where(b => b.GetProperty("type").GetString() == "rich_text").SelectMany(Leaves).ToList();
        Assert.Equal(["link", "text"], leaves.Select(l => l.GetProperty("type").GetString()).Distinct().Order());
        Assert.All(leaves, l => Assert.InRange(l.GetProperty("text").GetString()!.Length, 1, 3_000));
        Assert.All(leaves.Where(l => l.GetProperty("type").GetString() == "link"), l => Assert.StartsWith(DigestFixture.BaseUrl, l.GetProperty("url").GetString()));
        Assert.Contains(leaves, l => l.GetProperty("text").GetString()!.Contains("*bold*", StringComparison.Ordinal));

        static IEnumerable<JsonElement> Leaves(JsonElement element) => element.TryGetProperty("elements", out var below)
            ? below.EnumerateArray().SelectMany(Leaves)
            : [element];
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
        // Whatever a digest says, the receiver gets.
        Assert.Empty(JsonSerializer.SerializeToElement(Message.Content, JsonSerializerOptions.Web).EnumerateObject().Select(p => p.Name)
            .Except(json.GetProperty("digest").EnumerateObject().Select(p => p.Name)));
        var run = json.GetProperty("digest").GetProperty("runs")[0];
        Assert.Equal("https://lineage.example.com/runs/oban/60", run.GetProperty("url").GetString());
        var group = run.GetProperty("groups")[0];
        Assert.Equal(("MovieDetailJob", "SyncJob/MovieDetailJob", 19), (group.GetProperty("worker").GetString(), group.GetProperty("stage").GetString(), group.GetProperty("moreJobs").GetInt32()));
        var job = group.GetProperty("jobs")[1];
        Assert.Equal(
            ("a/b c", "page=7", "HTTPError: HTTP 502", "https://lineage.example.com/jobs/oban/a/b%20c"),
            (job.GetProperty("id").GetString(), job.GetProperty("arguments").GetString(), job.GetProperty("error").GetString(), job.GetProperty("url").GetString()));
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
    public async Task Every_post_says_how_long_it_is()
    {
        await using var server = await HttpLookAlike.StartAsync();
        using var client = Client();
        await SendGridAsync(server, Message);
        await new SlackChannel(client, new(new(server.Url)), TimeProvider.System).SendAsync(Message, default);
        await new WebhookChannel(client, new(new(server.Url), new("0123456789abcdef")), TimeProvider.System).SendAsync(Message, default);
        Assert.Equal(3, server.Received.Count);
        Assert.All(server.Received, r => Assert.Equal(Encoding.UTF8.GetByteCount(r.Body).ToString(System.Globalization.CultureInfo.InvariantCulture), r.Headers["Content-Length"]));
        Assert.All(server.Received, r => Assert.False(r.Headers.ContainsKey("Transfer-Encoding")));
    }

    [Fact]
    public async Task Files_of_mails_and_their_folder_are_their_owners_alone()
    {
        if (OperatingSystem.IsWindows())
            return;
        using var folder = new TempFolder();
        var directory = Path.Combine(folder.Path, "digests");
        await new FileChannel(new(directory, From, To)).SendAsync(Message, default);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Assert.Single(Directory.GetFiles(directory))));
    }

    [Fact]
    public void Secrets_are_not_shown() =>
        Assert.DoesNotContain(Key, new SendGridOptions(new(Key), new("https://x.example"), From, To).ToString());

    private static async Task<SendOutcome> SendGridAsync(HttpLookAlike server, DigestMessage message)
    {
        using var client = Client();
        return await new SendGridChannel(client, Options(server), new TestClock()).SendAsync(message, default);
    }

    private static SendGridOptions Options(HttpLookAlike server) => new(new(Key), new(server.Url), From, To);

    private static HttpClient Client() => new(DigestServices.Handler());
}
