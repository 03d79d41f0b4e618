using System.CommandLine;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Hosting;

namespace JobLineage.Dashboard.Cli;

/// <summary>The verbs.</summary>
public static class CommandLine
{
    /// <summary>Errors in full; every verb has it.</summary>
    public static Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Log everything, and show errors with their stack traces.",
        Recursive = true,
    };

    // Long enough for circuits to be told, short enough for an orchestrator's patience (30 s).
    private static readonly TimeSpan ShutdownTime = TimeSpan.FromSeconds(20);

    /// <summary>The root with all verbs; without one it serves.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand("Job Lineage: which jobs of a Postgres queue created which, and what became of them.");
        root.Options.Add(Verbose);
        ServeCommand.ConfigureDefault(root);
        root.Subcommands.Add(ServeCommand.Create());
        root.Subcommands.Add(DemoCommand.Create());
        root.Subcommands.Add(DigestCommand.Create());
        root.Subcommands.Add(ForgetCommand.Create());
        foreach (var verb in LineageCommands.Create(new() { Configuration = () => AppConfiguration.Build(new()) }))
            root.Subcommands.Add(verb);
        return root;
    }

    /// <summary>Whether to be stopped is how a verb ends: nobody shall take the half of anything else for the whole.</summary>
    internal static bool RunsUntilStopped(Command verb) => verb is RootCommand or { Name: ServeCommand.Name or DemoCommand.Name or WatchCommand.Name };

    /// <summary>Runs a command line to its exit code. What goes wrong is told on stderr, one sentence each.</summary>
    /// <param name="args">What was typed.</param>
    /// <param name="output">For what was asked for.</param>
    /// <param name="error">For everything else.</param>
    /// <param name="cancellation">Stops it, as Ctrl+C does.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancellation = default)
    {
        var parse = Create().Parse(args);
        if (parse.Errors.Count > 0)
        {
            foreach (var problem in parse.Errors)
                await error.WriteLineAsync(VisibleText.Line(problem.Message));
            return ExitCodes.Usage;
        }

        try
        {
            return await parse.InvokeAsync(new()
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = ShutdownTime,
                Output = output,
                Error = error,
            }, cancellation);
        }
        catch (OperationCanceledException)
        {
            if (RunsUntilStopped(parse.CommandResult.Command))
                return ExitCodes.Ok;
            await error.WriteLineAsync("Stopped before it was done.");
            return ExitCodes.Stopped;
        }
        catch (Exception e)
        {
            var failure = Failure.Of(e);
            foreach (var sentence in failure.Sentences)
                await error.WriteLineAsync(VisibleText.Line(sentence));
            if (parse.GetValue(Verbose))
                await error.WriteLineAsync(VisibleText.Lines(SecretText.Without(e.ToString())));
            return failure.ExitCode;
        }
    }
}
