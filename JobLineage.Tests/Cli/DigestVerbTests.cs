using System.Collections.Concurrent;
using System.Text;
using JobLineage.Bench.Running;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Cli;

/// <summary>
/// <c>joblineage digest</c> as cron runs it, a process of its own: it reads what there is to read, with a store of any kind, whoever else
/// runs, and where it can't it says so.
/// </summary>
[Takes(90)]
public sealed class DigestVerbTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> said = [];
    private readonly DirectoryInfo folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"joblineage-verb-{Guid.NewGuid():N}"));
    private TestDatabase source = null!;

    private string Messages => Path.Combine(folder.FullName, "messages");

    public async Task InitializeAsync()
    {
        source = await TestDatabase.CreateAsync();
        await source.ExecuteAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Data", "oban", "schema.sql")));
        await FailAsync(1, 18);
    }

    public async Task DisposeAsync()
    {
        await source.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task With_a_store_elsewhere_and_nothing_else_running_each_failure_is_told_once()
    {
        await using var store = await TestDatabase.CreateAsync();
        await using var verb = Program(store);

        // What failed before anybody asked is nobody's news, and that is said; to look is no start.
        Assert.Equal(0, await RunAsync(verb, "digest", "--dry-run"));
        Assert.Contains("There is nothing to report.", said);
        Assert.Contains(said, line => line.StartsWith("18 older failures are not reported; set JobLineage:Digest:Since", StringComparison.Ordinal));
        Assert.Equal(0, await RunAsync(verb, "digest"));
        Assert.Contains(said, line => line.StartsWith("18 older failures are not reported; set JobLineage:Digest:Since", StringComparison.Ordinal));
        Assert.Empty(Told());

        await FailAsync(19, 19);
        Assert.Equal(0, await RunAsync(verb, "digest"));
        Assert.Contains(said, line => line.StartsWith("1 job failed: ", StringComparison.Ordinal));
        Assert.Equal([19], Told());

        // The advice that was given holds.
        verb.Settings["JobLineage__Digest__Since"] = "2020-01-01";
        Assert.Equal(0, await RunAsync(verb, "digest"));
        Assert.Equal(Enumerable.Range(1, 19), Told());
        Assert.Equal(0, await RunAsync(verb, "digest"));
        Assert.Equal(["There is nothing to report."], said);
    }

    [Fact]
    public async Task With_a_store_of_its_own_and_nothing_else_running_each_failure_is_told_once_even_by_two_at_a_time()
    {
        await using var verb = Program(null);
        verb.Settings["JobLineage__Digest__Since"] = "2020-01-01";
        Assert.Equal(0, await RunAsync(verb, "digest"));
        Assert.Equal(Enumerable.Range(1, 18), Told());

        await FailAsync(19, 20);
        Assert.All(await Task.WhenAll(RunAsync(verb, "digest"), RunAsync(verb, "digest")), code => Assert.Equal(0, code));
        Assert.Equal(Enumerable.Range(1, 20), Told());
        Assert.Contains(said, line => line.StartsWith("2 jobs failed: ", StringComparison.Ordinal));
        Assert.Contains("There is nothing to report.", said);
    }

    [Fact]
    public async Task Beside_a_dashboard_with_a_store_of_its_own_it_tells_what_failed_a_moment_ago()
    {
        await using var dashboard = Program(null);
        dashboard.Settings["JobLineage__Digest__Since"] = "2020-01-01";
        dashboard.Settings["JobLineage__Digest__Cron"] = "0 0 1 1 *";
        var address = DashboardProcess.FreeAddress();
        dashboard.Serve(address.ToString());
        using var client = new HttpClient();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await dashboard.UntilAsync(
            async () => (await client.GetAsync(new Uri(address, "healthz/ready"), patience.Token)).IsSuccessStatusCode, TimeSpan.FromMilliseconds(200), patience.Token);

        await FailAsync(19, 19);
        Assert.Equal(0, await RunAsync(dashboard, "digest"));
        Assert.Equal(Enumerable.Range(1, 19), Told());
        Assert.False(dashboard.Server.HasExited);
        Assert.True((await client.GetAsync(new Uri(address, "healthz/ready"), patience.Token)).IsSuccessStatusCode);
    }

    [Fact]
    public async Task A_source_that_can_not_be_read_is_named_with_when_it_last_was_and_the_exit_code_says_so()
    {
        await using var store = await TestDatabase.CreateAsync();
        await using var verb = Program(store);
        var good = verb.Settings["JobLineage__Sources__oban__ConnectionString"];
        verb.Settings["JobLineage__Digest__Since"] = "2020-01-01";
        var away = new NpgsqlConnectionStringBuilder(good) { Port = 1, Timeout = 5 }.ConnectionString;
        verb.Settings["JobLineage__Sources__oban__ConnectionString"] = away;
        Assert.Equal(3, await RunAsync(verb, "digest"));
        Assert.Contains(said, line => line.StartsWith("Source 'oban' was never read; what failed there is not reported. ", StringComparison.Ordinal));
        Assert.Contains("There is nothing to report in what could be read.", said);

        verb.Settings["JobLineage__Sources__oban__ConnectionString"] = good;
        Assert.Equal(0, await RunAsync(verb, "digest", "--dry-run"));
        verb.Settings["JobLineage__Sources__oban__ConnectionString"] = away;
        Assert.Equal(3, await RunAsync(verb, "digest"));
        Assert.Contains(said, line => line.StartsWith("Source 'oban' was last read at 20", StringComparison.Ordinal));
        // What is known is told all the same, and the message says what it does not know.
        Assert.Equal(Enumerable.Range(1, 18), Told());
        Assert.Contains("Source oban could not be read in full: what failed there after 20", Texts().Single());
    }

    [Fact]
    public async Task Schemas_that_could_not_be_asked_for_are_not_passed_over()
    {
        await using var store = await TestDatabase.CreateAsync();
        await using var verb = Program(store);
        verb.Settings["JobLineage__Sources__tenants__Preset"] = "oban";
        verb.Settings["JobLineage__Sources__tenants__Schemas__0"] = "tenant_*";
        verb.Settings["JobLineage__Sources__tenants__ConnectionString"] = new NpgsqlConnectionStringBuilder(source.ConnectionString) { Port = 1, Timeout = 5 }.ConnectionString;
        Assert.Equal(3, await RunAsync(verb, "digest"));
        Assert.Contains(said, line => line.StartsWith("Source 'tenants' was never read; what failed there is not reported. The database of source 'tenants' can't be reached", StringComparison.Ordinal));
        Assert.Contains("There is nothing to report in what could be read.", said);

        // Nor those of which there is none, alone as well.
        verb.Settings["JobLineage__Sources__tenants__ConnectionString"] = source.ConnectionString;
        foreach (var key in verb.Settings.Keys.Where(key => key.StartsWith("JobLineage__Sources__oban", StringComparison.Ordinal)).ToList())
            verb.Settings.Remove(key);
        Assert.Equal(3, await RunAsync(verb, "digest"));
        Assert.Contains(said, line => line.Contains("No schema that this user may see is one of tenant_*", StringComparison.Ordinal));
        Assert.DoesNotContain(said, line => line.Contains("is not configured here", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rule_about_a_source_that_is_not_there_is_no_silence()
    {
        await using var store = await TestDatabase.CreateAsync();
        await using var verb = Program(store);
        await source.ExecuteAsync("create schema tenant_a; create table tenant_a.oban_jobs (like oban_jobs including all)");
        foreach (var (key, value) in verb.Settings.Where(s => s.Key.StartsWith("JobLineage__Sources__oban", StringComparison.Ordinal)).ToList())
        {
            verb.Settings.Remove(key);
            verb.Settings[key.Replace("__oban__", "__tenants__", StringComparison.Ordinal)] = value;
        }

        verb.Settings["JobLineage__Sources__tenants__Schemas__0"] = "tenant_*";
        verb.Settings["JobLineage__Digest__Overdue__0__Source"] = "tenants.tenant_b";
        verb.Settings["JobLineage__Digest__Overdue__0__Pipeline"] = "App.Mailer";
        verb.Settings["JobLineage__Digest__Overdue__0__Within"] = "1.00:00:00";
        Assert.Equal(3, await RunAsync(verb, "digest"));
        Assert.Contains("Source 'tenants.tenant_b' was never read; what failed there is not reported. An overdue rule names it, and there is no such source.", said);

        verb.Settings["JobLineage__Digest__Overdue__0__Source"] = "tenants.tenant_a";
        Assert.Equal(0, await RunAsync(verb, "digest"));
    }

    private DashboardProcess Program(TestDatabase? store)
    {
        var program = new DashboardProcess(DashboardProcess.Beside, store?.ConnectionString ?? "", "oban", source.ConnectionString, said.Enqueue);
        if (store is null)
            program.Settings.Remove("ConnectionStrings__Store");
        program.Settings["JobLineage__DataDirectory"] = Path.Combine(folder.FullName, "data");
        program.Settings["JobLineage__Digest__Channel"] = "File";
        program.Settings["JobLineage__Digest__File__Directory"] = Messages;
        program.Settings["JobLineage__Digest__BaseUrl"] = "https://lineage.example.com";
        program.Settings["Logging__LogLevel__Default"] = "Warning";
        return program;
    }

    private async Task<int> RunAsync(DashboardProcess program, params string[] arguments)
    {
        said.Clear();
        using var run = program.Run(arguments);
        await run.WaitForExitAsync();
        return run.ExitCode;
    }

    private Task FailAsync(int from, int to) => source.ExecuteAsync(
        """
        insert into oban_jobs (id, worker, state, args, attempt, max_attempts, attempted_at, discarded_at, errors)
        select id, 'App.Mailer', 'discarded', jsonb_build_object('mail', id), 3, 3, now() at time zone 'utc', now() at time zone 'utc',
            array[jsonb_build_object('attempt', 3, 'error', '** (Boom) page ' || id)]
        from generate_series(@from, @to) id
        """, new { from, to });

    private IEnumerable<string> Texts() => !Directory.Exists(Messages) ? [] : Directory.GetFiles(Messages, "*.eml").Select(file =>
    {
        var eml = File.ReadAllText(file).ReplaceLineEndings("\n");
        var start = eml.IndexOf("base64\n\n", StringComparison.Ordinal) + "base64\n\n".Length;
        return Encoding.UTF8.GetString(Convert.FromBase64String(eml[start..eml.IndexOf("\n--", start, StringComparison.Ordinal)]));
    });

    /// <summary>The jobs of all messages, those that are told twice twice.</summary>
    private IEnumerable<int> Told() => Texts()
        .SelectMany(text => text.Split('\n')).Where(line => line.Contains("/jobs/oban/", StringComparison.Ordinal))
        .Select(line => int.Parse(line[(line.LastIndexOf('/') + 1)..], System.Globalization.CultureInfo.InvariantCulture)).Order();
}
