using System.Text.Json;
using System.Text.RegularExpressions;
using JobLineage.Bench.Digest;
using JobLineage.Bench.Running;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Demo;
using JobLineage.Dashboard.Demo.Research;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Alerts;

/// <summary>
/// What the digest is for, with processes as they are: a worker dies in mid-run, the janitor gives its row up, and somebody is
/// told once, by mail and by SendGrid. What is retried is nobody's news.
/// </summary>
[Takes(46)]
public sealed class KilledWorkerTests
{
    private const string Key = "SG.acceptance";

    private static readonly Guid Target = new("11111111-1111-1111-1111-dddddddddddd");

    [Fact]
    public async Task A_worker_is_killed_and_one_message_arrives_and_no_other()
    {
        await using var source = await TestDatabase.CreateAsync();
        await source.ExecuteAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Data", "research_jobs", "schema.sql")));
        await using var mailStore = await TestDatabase.CreateAsync();
        await using var gridStore = await TestDatabase.CreateAsync();
        using var folder = new TempFolder();
        using var certificate = SmtpLookAlike.NewCertificate();
        var authorities = folder.Below("authorities.pem");
        await File.WriteAllTextAsync(authorities, certificate.ExportCertificatePem());
        await using var smtp = new SmtpLookAlike { Certificate = certificate, Ways = "PLAIN LOGIN", Known = ("lineage", "the-password") };
        await using var sendGrid = await HttpLookAlike.StartAsync();
        var answers = new List<int>();
        sendGrid.Answer = async (context, body) =>
        {
            await SendGridRules.AnswerAsync(context, body, Key, "sg-1");
            answers.Add(context.Response.StatusCode);
        };
        await using var byMail = Dashboard(mailStore, source, new()
        {
            ["Channel"] = "Smtp",
            ["Smtp__Host"] = "localhost",
            ["Smtp__Port"] = $"{smtp.Port}",
            ["Smtp__User"] = "lineage",
            ["Smtp__Password"] = "the-password",
            ["Smtp__Authorities"] = authorities,
        });
        await using var bySendGrid = Dashboard(gridStore, source, new() { ["Channel"] = "SendGrid", ["SendGrid__ApiKey"] = Key, ["SendGrid__Endpoint"] = sendGrid.Url });
        TestDatabase[] stores = [mailStore, gridStore];
        byMail.Serve("http://127.0.0.1:0");
        bySendGrid.Serve("http://127.0.0.1:0");
        await EachAsync(stores, IsFollowedAsync, byMail, bySendGrid);

        // A worker dies at its first attempt: the janitor puts the row back, and nothing is told.
        await using var queue = NpgsqlDataSource.Create(source.ConnectionString);
        var clock = new DemoClock(TimeProvider.System, 1);
        var job = (await ResearchStatements.EnqueueAsync(queue, clock, AppleChain.Step(3, AppleChain.Key(clock.Now, ChainFate.WorkerKilled)), default))!.Value;
        await KillAsync(source, $"{job} 1/2");
        await ReapAsync(source);
        Assert.Equal("queued", await StatusAsync(source, job));
        // Another job fails for now.
        var other = (await ResearchStatements.EnqueueAsync(queue, clock, new("musicbrainz", "import_song", "song", Guid.NewGuid(), new { }, 100, 5), default))!.Value;
        Assert.Equal(other, (await ResearchStatements.ClaimAsync(queue, clock, "musicbrainz", "import_song", "research-1:1:musicbrainz.import_song", default))!.Id);
        await ResearchStatements.RetryAsync(queue, clock, other, "MB returned no data (timeout)", TimeSpan.FromHours(1), default);
        await EachAsync(stores, store => IsRetriedAsync(store, other), byMail, bySendGrid);
        await DigestsPassAsync(stores, byMail, bySendGrid);
        Assert.Empty(smtp.Mails);
        Assert.Empty(sendGrid.Received);

        // At its last attempt: the row is dead.
        await KillAsync(source, $"{job} 2/2");
        Assert.Equal("running", await StatusAsync(source, job));
        await ReapAsync(source);
        Assert.Equal("dead", await StatusAsync(source, job));
        await EachAsync(stores, IsToldAsync, byMail, bySendGrid);
        await DigestsPassAsync(stores, byMail, bySendGrid);

        var mail = Assert.Single(smtp.Mails);
        Assert.Equal([true], smtp.Encrypted);
        var text = System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(
            Regex.Match(mail.ReplaceLineEndings("\n"), "text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n(.*?)\n--", RegexOptions.Singleline).Groups[1].Value));
        CheckText(text, job, other);
        Assert.Equal([202], answers);
        var (headers, body) = Assert.Single(sendGrid.Received);
        Assert.Equal($"Bearer {Key}", headers["Authorization"]);
        var json = JsonDocument.Parse(body).RootElement;
        Assert.StartsWith("1 job failed: ", json.GetProperty("subject").GetString());
        CheckText(json.GetProperty("content")[0].GetProperty("value").GetString()!, job, other);
        foreach (var store in stores)
            Assert.Equal((1L, 1L), (await store.ScalarAsync<long>("select count(*) from job_lineage.digest where state = 2"), await store.ScalarAsync<long>("select count(*) from job_lineage.digest")));
    }

    private static void CheckText(string text, long job, long other)
    {
        foreach (var part in new[]
        {
            "1 job failed for good at ", "reaped: max_attempts exhausted", $"target {Target}", "attempt 2 of 2",
            $"https://lineage.example.com/jobs/research_jobs/{job}\n",
        })
            Assert.True(text.Contains(part, StringComparison.Ordinal), $"'{part}' is not in: {text}");
        Assert.DoesNotContain($"/jobs/research_jobs/{other}\n", text);
    }

    private static DashboardProcess Dashboard(TestDatabase store, TestDatabase source, Dictionary<string, string> digest)
    {
        var dashboard = new DashboardProcess(DashboardProcess.Beside, store.ConnectionString, "research_jobs", source.ConnectionString);
        dashboard.Settings["JobLineage__Sources__research_jobs__Preset"] = "research_jobs";
        dashboard.Settings["JobLineage__Digest__Cron"] = "*/2 * * * * ?";
        dashboard.Settings["JobLineage__Digest__BaseUrl"] = DigestFixture.BaseUrl;
        dashboard.Settings["JobLineage__Digest__From"] = "Job Lineage <lineage@example.com>";
        dashboard.Settings["JobLineage__Digest__Recipients"] = "ops@example.com";
        foreach (var (key, value) in digest)
            dashboard.Settings["JobLineage__Digest__" + key] = value;
        return dashboard;
    }

    /// <summary>A worker claims a row, and is killed while it works on it.</summary>
    private static async Task KillAsync(TestDatabase source, string claimed)
    {
        using var worker = await OtherProgram.WorkAsync(source.ConnectionString);
        Assert.Equal(claimed, worker.Answer);
        await worker.SignalAsync("KILL");
    }

    private static async Task ReapAsync(TestDatabase source)
    {
        using var janitor = await OtherProgram.ReapAsync(source.ConnectionString);
        Assert.Equal("reaped", janitor.Answer);
        await janitor.EndAsync();
    }

    private static Task<string?> StatusAsync(TestDatabase source, long job) => source.ScalarAsync<string>("select status from research_jobs where id = @job", new { job });

    private static async Task<bool> IsFollowedAsync(TestDatabase store) =>
        await HasTablesAsync(store) && await store.ScalarAsync<bool>("select exists (select from job_lineage.source where backfilled) and exists (select from job_lineage.digest_line)");

    private static Task<bool> IsRetriedAsync(TestDatabase store, long job) => store.ScalarAsync<bool>(
        "select exists (select from job_lineage.job where id = @id and state = @state)", new { id = $"{job}", state = (short)JobState.Retryable });

    private static Task<bool> IsToldAsync(TestDatabase store) => store.ScalarAsync<bool>("select exists (select from job_lineage.digest where state = 2)");

    private static Task<bool> HasTablesAsync(TestDatabase store) => store.ScalarAsync<bool>("select to_regclass('job_lineage.digest_line') is not null");

    /// <summary>Until two more times of the schedule were served: whatever was to be told is.</summary>
    private static Task DigestsPassAsync(TestDatabase[] stores, params DashboardProcess[] dashboards) => Task.WhenAll(stores.Zip(dashboards).Select(async pair =>
    {
        var times = new HashSet<DateTime>();
        await UntilAsync(pair.Second, async () =>
        {
            times.Add(await pair.First.ScalarAsync<DateTime>("select fired_at from job_lineage.digest_line"));
            return times.Count > 3;
        });
    }));

    private static Task EachAsync(TestDatabase[] stores, Func<TestDatabase, Task<bool>> condition, params DashboardProcess[] dashboards) =>
        Task.WhenAll(stores.Zip(dashboards).Select(pair => UntilAsync(pair.Second, () => condition(pair.First))));

    private static async Task UntilAsync(DashboardProcess dashboard, Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            await dashboard.UntilAsync(condition, TimeSpan.FromMilliseconds(50), patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"It did not come true: {dashboard.Said}");
        }
    }
}
