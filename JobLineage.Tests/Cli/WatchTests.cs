using System.CommandLine;
using System.Text;
using JobLineage.Core.Diagnosis;
using JobLineage.Core.Export;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Cli;
using JobLineage.Tests.Browser;
using JobLineage.Tests.Lineage;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace JobLineage.Tests.Cli;

/// <summary>A run that is followed on a terminal, and in a pipe.</summary>
public sealed class WatchTests
{
    private const string Detail = "SyncJob/MoviePageJob/MovieDetailJob";

    [Fact]
    public async Task In_a_pipe_each_change_is_a_line_until_it_is_stopped()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanEnd);
        using var watch = new Watching(fixture, null);
        await watch.UntilAsync(said => said.Contains("+ stuck: ", StringComparison.Ordinal));
        var first = watch.Said.Split('\n')[0];
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ  SyncJob 60: (stuck|failing), 752 jobs: ", first);

        await fixture.Database.ExecuteAsync(
            "update oban_jobs set state = 'cancelled', cancelled_at = inserted_at where id in (select id from oban_jobs where worker like '%MovieDetailJob' and state = 'available' order by id limit 3)");
        await watch.UntilAsync(said => said.Contains($"  {Detail}: available 61 -> 58, cancelled 0 -> 3\n", StringComparison.Ordinal));
        // What has not changed is not said again.
        Assert.Single(watch.Said.Split('\n'), line => line.Contains(Detail + ":", StringComparison.Ordinal));

        await fixture.Database.ExecuteAsync("update oban_jobs set state = 'cancelled', cancelled_at = inserted_at where worker like '%GeocodeJob' and state = 'available'");
        await watch.UntilAsync(said => said.Contains("  - stuck: SyncJob/MoviePageJob/ShowtimeProcessJob/GeocodeJob\n", StringComparison.Ordinal));
        await watch.StopAsync();
        Assert.Equal("", watch.Error);
    }

    [Fact]
    public async Task On_a_terminal_the_tree_is_drawn_anew_what_changed_is_marked_and_q_ends_it()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanEnd);
        var screen = new Screen();
        using var watch = new Watching(fixture, screen);
        await screen.UntilAsync("MovieDetailJob (92)  available 61 ⚠ stuck · completed 29 · discarded 2 ✗ failing");
        await screen.UntilAsync(" · 752 jobs · as of ");
        await screen.UntilAsync("SyncJob 60 · oban · ");
        await screen.UntilAsync("⚠ stuck: ");
        await screen.UntilAsync("q ends it");

        await fixture.Database.ExecuteAsync(
            "update oban_jobs set state = 'cancelled', cancelled_at = inserted_at where id in (select id from oban_jobs where worker like '%MovieDetailJob' and state = 'available' order by id limit 3)");
        await screen.UntilAsync("available 58 -3 ⚠ stuck · completed 29 · cancelled 3 +3 · discarded 2");

        screen.Press('q');
        Assert.Equal(ExitCodes.Ok, await watch.Ended);
        Assert.Equal("", watch.Error);
        // Data goes to the terminal, and nowhere else.
        Assert.Equal("", watch.Said);
    }

    [Fact]
    public async Task Reading_rights_are_enough_and_a_database_that_goes_away_is_waited_for()
    {
        await using var fixture = await LineageFixture.ObanAsync((1, null, "App.Sync", "completed"), (2, "1", "App.Page", "available"));
        var role = $"jl_watcher_{Guid.NewGuid():N}";
        await fixture.Database.ExecuteAsync($"create role {role} login password 'x'; grant select on oban_jobs to {role}");
        try
        {
            using var watch = new Watching(fixture, null, "1", new NpgsqlConnectionStringBuilder(fixture.Database.ConnectionString) { Username = role, Password = "x" }.ConnectionString);
            await watch.UntilAsync(said => said.Contains("Sync 1: running, 2 jobs", StringComparison.Ordinal));

            await LiveDashboard.CloseAsync(fixture.Database);
            await watch.UntilErrorAsync(said => said.Length > 0);
            await LiveDashboard.ReopenAsync(fixture.Database);
            await fixture.Database.ExecuteAsync($"update oban_jobs set state = 'executing', attempted_at = now(), attempt = 1 where id = 2");
            await watch.UntilAsync(said => said.Contains("Sync/Page: available 1 -> 0, executing 0 -> 1\n", StringComparison.Ordinal));
            await watch.StopAsync();
        }
        finally
        {
            await fixture.Database.ExecuteAsync($"drop owned by {role}; drop role {role}");
        }
    }

    [Theory]
    [InlineData(ExitCodes.NotFound, "There is no job 999 in source 'oban'", "watch", "999")]
    [InlineData(ExitCodes.Usage, "'abc' is not an id of source 'oban'", "watch", "abc")]
    public async Task What_can_not_be_watched_is_said_as_by_the_other_verbs(int exitCode, string sentence, params string[] args)
    {
        await using var fixture = await LineageFixture.ObanAsync((1, null, "App.Sync", "completed"));
        var ran = await LineageCommandsTests.RunAsync([.. args, "--preset", "oban", "--connection", fixture.Database.ConnectionString]);
        Assert.Equal((exitCode, ""), (ran.ExitCode, ran.Output));
        Assert.StartsWith(sentence, ran.Error);
    }

    [Fact]
    public void An_interval_is_a_number_of_seconds_within_reason()
    {
        var root = new RootCommand();
        foreach (var verb in LineageCommands.Create(new() { Configuration = () => new ConfigurationBuilder().Build() }))
            root.Subcommands.Add(verb);
        Assert.Empty(root.Parse("watch 1 --interval 0.5").Errors);
        Assert.Equal("--interval must be between 0.2 and 3600 seconds.", Assert.Single(root.Parse("watch 1 --interval 0").Errors).Message);
        // What is no number is said as well: of each option that takes one.
        Assert.Contains("--interval must be between 0.2 and 3600 seconds.", root.Parse("watch 1 --interval soon").Errors.Select(e => e.Message));
        Assert.Contains("--limit must be 1 or more.", root.Parse("tree 1 --limit many").Errors.Select(e => e.Message));
        Assert.NotEmpty(CommandLine.Create().Parse("demo --speed fast").Errors);
        // The shell completes verbs and options by asking the program for them.
        Assert.Contains("watch", root.Parse("wa").GetCompletions().Select(c => c.Label));
        Assert.Contains("--interval", root.Parse("watch 1 --int").GetCompletions().Select(c => c.Label));
    }

    [Fact]
    public async Task Ctrl_C_is_how_it_ends_and_no_failure()
    {
        await using var fixture = await LineageFixture.ObanAsync((1, null, "App.Sync", "completed"));
        using var stop = new CancellationTokenSource();
        var output = new Overheard();
        var ran = CommandLine.RunAsync(["watch", "1", "--interval", "0.2", "--preset", "oban", "--connection", fixture.Database.ConnectionString], output, TextWriter.Null, stop.Token);
        await output.UntilAsync(said => said.Contains("Sync 1: finished, 1 job", StringComparison.Ordinal));
        await stop.CancelAsync();
        Assert.Equal(ExitCodes.Ok, await ran);
    }

    [Theory]
    [InlineData(120, 60)]
    [InlineData(120, 14)]
    [InlineData(60, 9)]
    [InlineData(20, 4)]
    public async Task The_picture_fits_the_window_and_says_what_it_leaves_out(int width, int height)
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanEnd);
        var stats = await (await fixture.QueriesAsync()).GetPipelineStatsAsync("60");
        var run = stats!.Run.Diagnose(new DiagnosisOptions(), stats.Run.AsOf);
        var lines = Draw(new WatchScreen(TreeGlyphs.Unicode).Picture(run, new(run, run), null, width, height), width);

        Assert.InRange(lines.Count, 3, height);
        Assert.StartsWith("SyncJob 60", lines[0]);
        Assert.Equal("q ends it", lines[^1].TrimEnd());
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        if (height == 60)
        {
            Assert.Contains(lines, line => line.Contains("GeocodeJob (19)", StringComparison.Ordinal));
            Assert.DoesNotContain(lines, line => line.Contains(" more ", StringComparison.Ordinal));
        }
        else if (height > 4)
        {
            Assert.Contains(lines, line => line.Contains("more stages)", StringComparison.Ordinal) || line.Contains("more lines)", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Nothing_hidden_in_a_name_reaches_the_terminal()
    {
        await using var fixture = await LineageFixture.ObanAsync((1, null, "App.Evil\u0002\u001b[2J[red]x", "completed"));
        var stats = await (await fixture.QueriesAsync()).GetPipelineStatsAsync("1");
        var lines = Draw(new WatchScreen(TreeGlyphs.Ascii).Picture(stats!.Run, new(stats.Run, stats.Run), "gone\u001b[2J", 80, 24), 80);
        Assert.DoesNotContain(string.Concat(lines), c => char.IsControl(c));
        Assert.Contains("[red]x", string.Concat(lines));
    }

    private static List<string> Draw(IRenderable picture, int width)
    {
        var text = new StringWriter();
        var console = Terminal(text, width, 500);
        console.Write(picture);
        return [.. text.ToString().TrimEnd('\n').Split('\n').Select(line => line.TrimEnd('\r'))];
    }

    private static IAnsiConsole Terminal(TextWriter writer, int width, int height, bool ansi = false)
    {
        var console = AnsiConsole.Create(new()
        {
            Ansi = ansi ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        (console.Profile.Width, console.Profile.Height) = (width, height);
        console.Profile.Capabilities.Unicode = true;
        return console;
    }

    /// <summary>A terminal that remembers all that was drawn, without what moves the cursor.</summary>
    private sealed class Screen
    {
        private readonly Overheard drawn = new();
        private int pressed;

        public LiveTerminal Open() => new(Terminal(drawn, 200, 60, ansi: true), () => (char?)Interlocked.Exchange(ref pressed, 0) is { } key and not '\0' ? key : null);

        public void Press(char key) => pressed = key;

        public Task UntilAsync(string text) => drawn.UntilAsync(said => System.Text.RegularExpressions.Regex.Replace(said, "\u001b\\[[0-9;?]*[A-Za-z]", "").Contains(text, StringComparison.Ordinal));
    }

    /// <summary>The verb at work.</summary>
    private sealed class Watching : IDisposable
    {
        private readonly CancellationTokenSource stop = new();
        private readonly Overheard output = new();
        private readonly Overheard error = new();

        public Watching(LineageFixture fixture, Screen? screen, string id = "60", string? connection = null)
        {
            var root = new RootCommand();
            root.Options.Add(new Option<bool>("--verbose") { Recursive = true });
            foreach (var verb in LineageCommands.Create(new() { Configuration = () => new ConfigurationBuilder().Build(), Terminal = () => screen?.Open() }))
                root.Subcommands.Add(verb);
            var parse = root.Parse(["watch", id, "--interval", "0.2", "--preset", "oban", "--connection", connection ?? fixture.Database.ConnectionString]);
            Assert.Empty(parse.Errors);
            Ended = parse.InvokeAsync(new() { Output = output, Error = error, EnableDefaultExceptionHandler = false }, stop.Token);
        }

        public Task<int> Ended { get; }

        public string Said => output.ToString();

        public string Error => error.ToString();

        public Task UntilAsync(Func<string, bool> isSo) => output.UntilAsync(isSo);

        public Task UntilErrorAsync(Func<string, bool> isSo) => error.UntilAsync(isSo);

        public async Task StopAsync()
        {
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Ended);
        }

        public void Dispose()
        {
            stop.Cancel();
            stop.Dispose();
        }
    }

    /// <summary>What one writes while another reads it.</summary>
    private sealed class Overheard : TextWriter
    {
        private readonly StringBuilder said = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (said)
                said.Append(value);
        }

        public override void Write(string? value)
        {
            lock (said)
                said.Append(value);
        }

        public override string ToString()
        {
            lock (said)
                return said.ToString();
        }

        public async Task UntilAsync(Func<string, bool> isSo)
        {
            for (var i = 0; i < 6_000 && !isSo(ToString()); i++)
                await Task.Delay(20);
            Assert.True(isSo(ToString()), ToString());
        }
    }
}
