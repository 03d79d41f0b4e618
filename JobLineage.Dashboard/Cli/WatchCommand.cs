using System.CommandLine;
using System.Text;
using JobLineage.Core.Export;
using JobLineage.Core.Model;
using Spectre.Console;

namespace JobLineage.Dashboard.Cli;

/// <summary>
/// <c>watch ID</c>: the run that a job belongs to, read again and again from its source: on a terminal its tree, in a file or a pipe a line for each
/// change.
/// </summary>
internal sealed class WatchCommand : QueryCommand
{
    public const string Name = "watch";

    private const double LeastSeconds = 0.2;

    private const double MostSeconds = 3_600;

    /// <summary>Between two looks whether a key was pressed: it seems at once.</summary>
    private static readonly TimeSpan BetweenKeys = TimeSpan.FromMilliseconds(50);

    private readonly Option<double> interval = new("--interval")
    {
        Description = "Seconds between two readings.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => 2,
    };

    private readonly Option<bool> ascii = new("--ascii") { Description = "Draw with ASCII only." };

    private readonly Func<LiveTerminal?> terminal;

    /// <param name="setup">What it gets from outside.</param>
    public WatchCommand(QuerySetup setup)
        : base(Name, "Follow a run: its tree, live, with what is stuck or failing in it; where the output is no terminal, a line for each change.", setup, hasJson: false)
    {
        terminal = setup.Terminal;
        interval.Between(LeastSeconds, MostSeconds, "--interval must be between 0.2 and 3600 seconds.");
        Command.Options.Add(interval);
        Command.Options.Add(ascii);
    }

    /// <inheritdoc/>
    protected override async Task<bool> AskAsync(Question question, CancellationToken cancellation)
    {
        var run = new WatchedRun(question, Clock);
        if (!await run.BeginAsync(cancellation))
            return false;
        var pause = TimeSpan.FromSeconds(question.Parse.GetValue(interval));
        if (terminal() is { } live)
            await DrawAsync(live, question, run, pause, cancellation);
        else
            await TellAsync(question, run, pause, cancellation);
        await question.TellPassedOverAsync(run.PassedOver);
        return true;
    }

    /// <summary>Draws it until somebody presses q.</summary>
    private async Task DrawAsync(LiveTerminal live, Question question, WatchedRun run, TimeSpan pause, CancellationToken cancellation)
    {
        var console = live.Console;
        var isAscii = question.Parse.GetValue(ascii) || !console.Profile.Capabilities.Unicode;
        var screen = new WatchScreen(isAscii ? TreeGlyphs.Ascii : TreeGlyphs.Unicode);
        // The window may be made larger or smaller meanwhile.
        Spectre.Console.Rendering.IRenderable Picture() => screen.Picture(run.Run, run.Changes, run.Trouble, console.Profile.Width, console.Profile.Height);

        using var leave = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var keys = ListenAsync(live, leave);
        try
        {
            await console.Live(Picture()).Overflow(VerticalOverflow.Crop).Cropping(VerticalOverflowCropping.Bottom).StartAsync(async display =>
            {
                while (true)
                {
                    display.UpdateTarget(Picture());
                    await Task.Delay(pause, Clock, leave.Token);
                    await run.LookAsync(leave.Token);
                }
            });
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // q: it has been looked at.
        }
        finally
        {
            await leave.CancelAsync();
            await keys;
        }
    }

    private async Task ListenAsync(LiveTerminal live, CancellationTokenSource leave)
    {
        while (!leave.IsCancellationRequested)
        {
            if (live.Key() is 'q' or 'Q')
                await leave.CancelAsync();
            else
                await Task.Delay(BetweenKeys, Clock, leave.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Writes a line for each change, until it is stopped.</summary>
    private async Task TellAsync(Question question, WatchedRun run, TimeSpan pause, CancellationToken cancellation)
    {
        var output = question.Output;
        var glyphs = question.Parse.GetValue(ascii) || output.Encoding is ASCIIEncoding ? TreeGlyphs.Ascii : TreeGlyphs.Unicode;
        var first = run.Run;
        await WriteAsync(output, first, $"{first.Name} {first.RootId}: {RunChanges.Word(first.State)}, {Format.Jobs(first.Total)}: {TextTree.Counts(first.Counts, glyphs)}");
        foreach (var finding in first.Findings)
            await WriteAsync(output, first, $"+ {finding.KindName}: {finding.Reason}");
        await output.FlushAsync(cancellation);
        string? told = null;
        while (true)
        {
            await Task.Delay(pause, Clock, cancellation);
            await run.LookAsync(cancellation);
            // What is wrong with the reading is said once, and not among the data.
            if (run.Trouble is { } trouble && trouble != told)
                await question.Error.WriteLineAsync(VisibleText.Line(trouble));
            told = run.Trouble;
            foreach (var line in run.Changes.Lines())
                await WriteAsync(output, run.Run, line);
            await output.FlushAsync(cancellation);
        }
    }

    private static Task WriteAsync(TextWriter output, RunSnapshot run, string line) => output.WriteAsync($"{Format.Stamp(run.AsOf)}  {VisibleText.Line(line)}\n");
}
