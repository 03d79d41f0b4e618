using System.Net;
using System.Net.Sockets;
using JobLineage.Core.Embedded;
using JobLineage.Dashboard.Cli;
using JobLineage.Dashboard.Hosting;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Npgsql;

namespace JobLineage.Tests.Hosting;

public class CommandLineTests
{
    [Theory]
    [InlineData("--speed must be a number from 0.1 to 100.", "demo", "--speed", "0")]
    [InlineData("urls holds 'nonsense', which is no address like http://127.0.0.1:5080.", "serve", "--urls", "nonsense")]
    [InlineData("can be reached from other machines", "--urls", "http://0.0.0.0:0")]
    [InlineData("can be reached from other machines", "demo", "--urls", "http://0.0.0.0:0")]
    public async Task What_cannot_be_used_is_a_sentence_and_exit_code_2(string sentence, params string[] args)
    {
        var (code, output, error) = await RunAsync(args);

        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains(sentence, error);
        Assert.Single(error.Trim().Split('\n'));
        Assert.Empty(output);
    }

    [Theory]
    [InlineData("stats")]
    [InlineData("tree", "--verbose")]
    [InlineData("export", "--format", "json")]
    public async Task What_is_stopped_before_it_is_done_says_so_and_is_no_success(string verb, params string[] more)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        Assert.Equal(130, await CommandLine.RunAsync([verb, "1", "--preset", "oban", "--connection", "postgres://127.0.0.1:1/nowhere", .. more], output, error, stop.Token));
        Assert.Equal(("", $"Stopped before it was done.{Environment.NewLine}"), (output.ToString(), error.ToString()));
    }

    [Fact]
    public void Only_what_serves_or_watches_has_done_all_of_it_when_it_is_stopped()
    {
        var root = CommandLine.Create();
        Assert.True(CommandLine.RunsUntilStopped(root));
        Assert.Equal(["demo", "serve", "watch"], root.Subcommands.Where(CommandLine.RunsUntilStopped).Select(c => c.Name).Order());
    }

    [Fact]
    public async Task A_verb_that_does_not_exist_is_named()
    {
        var (code, _, error) = await RunAsync("sevre");

        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains("'sevre'", error);
    }

    [Fact]
    public async Task Stack_traces_are_for_those_who_ask()
    {
        var (_, _, quiet) = await RunAsync("serve", "--urls", "nonsense");
        var (_, _, verbose) = await RunAsync("serve", "--urls", "nonsense", "--verbose");

        Assert.DoesNotContain("   at ", quiet);
        Assert.Contains("   at ", verbose);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_one_sentence()
    {
        using var folder = new TempFolder();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";
        await using var app = TestDashboard.Build(folder, url, []);

        var failure = Failure.Of(await Assert.ThrowsAnyAsync<Exception>(() => app.StartAsync()));

        Assert.Equal(ExitCodes.Usage, failure.ExitCode);
        Assert.Equal(
            $"Failed to bind to address {url}: address already in use: stop what listens there, or choose another address with --urls.",
            Assert.Single(failure.Sentences));
    }

    [Fact]
    public void A_database_that_cannot_be_reached_is_exit_code_3()
    {
        var failure = Failure.Of(new NpgsqlException("Failed to connect to 127.0.0.1:1\nmore"));

        Assert.Equal(ExitCodes.Unreachable, failure.ExitCode);
        Assert.Equal("The database can't be reached: Failed to connect to 127.0.0.1:1", Assert.Single(failure.Sentences));
    }

    [Theory]
    [InlineData(EmbeddedPostgresFailure.BinariesMissing, ExitCodes.Usage)]
    [InlineData(EmbeddedPostgresFailure.ServerFailed, ExitCodes.Unreachable)]
    public void A_private_Postgres_that_does_not_start_says_so_in_its_own_words(EmbeddedPostgresFailure reason, int code)
    {
        var failure = Failure.Of(new EmbeddedPostgresException(reason, "Install it."));

        Assert.Equal(code, failure.ExitCode);
        Assert.Equal(["Install it."], failure.Sentences);
    }

    [Fact]
    public async Task Serving_says_where_it_is_and_ends_when_asked()
    {
        using var folder = new TempFolder();
        await using var app = TestDashboard.Build(folder, "http://127.0.0.1:0", []);
        using var stop = new CancellationTokenSource();
        var output = new StringWriter();
        app.Lifetime.ApplicationStarted.Register(stop.Cancel);

        await DashboardRun.ServeAsync(app, output, stop.Token);

        Assert.Matches(@"^Job Lineage is at http://127\.0\.0\.1:\d+\s*$", output.ToString());
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync(args, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
