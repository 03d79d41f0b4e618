using System.CommandLine;
using System.Data.Common;
using System.Net.Sockets;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Model;
using JobLineage.Core.Postgres;
using JobLineage.Core.Sources;
using JobLineage.Dashboard.Hosting;

namespace JobLineage.Dashboard.Cli;

/// <summary>A verb about a source. What was asked for goes to the output, everything else to the error writer.</summary>
internal abstract class SourceVerb
{
    private readonly SourceArguments arguments = new();
    private readonly QuerySetup setup;

    /// <param name="name">The verb.</param>
    /// <param name="description">What it does.</param>
    /// <param name="setup">What it gets from outside.</param>
    protected SourceVerb(string name, string description, QuerySetup setup)
    {
        this.setup = setup;
        Command = new(name, description);
        arguments.AddTo(Command);
        Command.SetAction(RunAsync);
    }

    /// <summary>The verb as the command line knows it.</summary>
    public Command Command { get; }

    /// <summary>The clock.</summary>
    protected TimeProvider Clock => setup.Clock;

    /// <summary>Whether this command line needs a database.</summary>
    protected virtual bool NeedsDatabase(ParseResult parse) => true;

    /// <summary>Does it.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="source">The source that is meant.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    protected abstract Task<int> RunAsync(ParseResult parse, ChosenSource source, CancellationToken cancellation);

    /// <summary>Does it for a database of which nothing more is said.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="connection">The database.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>One of <see cref="ExitCodes"/>; null where the verb wants to know which source is meant.</returns>
    protected virtual Task<int?> RunAsync(ParseResult parse, string connection, CancellationToken cancellation) => Task.FromResult<int?>(null);

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var (subject, redaction) = (SqlStateSubject.Named("--connection"), new Redaction());
        try
        {
            if (arguments.ConnectionAlone(parse, setup) is { } connection && await RunAsync(parse, connection, cancellation) is { } done)
                return done;
            var source = arguments.Resolve(parse, setup, NeedsDatabase(parse));
            (subject, redaction) = (SqlStateSubject.Source(source.Name), new(source.RedactWords));
            return await RunAsync(parse, source, cancellation);
        }
        catch (QueryFailure failure)
        {
            return await TellAsync(parse, failure, failure.ExitCode, failure.Sentences);
        }
        catch (TriggerException e)
        {
            return await TellAsync(parse, e, ExitCodes.Of(e.IsRetryable), [e.Message]);
        }
        catch (Exception e) when (e is DbException or TimeoutException or SocketException && !cancellation.IsCancellationRequested)
        {
            var problem = SourceFaults.Explain(subject, e, redaction.Line);
            return await TellAsync(parse, e, ExitCodes.Of(problem.IsRetryable), [problem.Message]);
        }
    }

    private static async Task<int> TellAsync(ParseResult parse, Exception e, int exitCode, IReadOnlyList<string> sentences)
    {
        var error = parse.InvocationConfiguration.Error;
        foreach (var sentence in sentences)
            await error.WriteLineAsync(VisibleText.Line(SecretText.Without(sentence)));
        if (e is not QueryFailure && parse.GetValue<bool>("--verbose"))
            await error.WriteLineAsync(VisibleText.Lines(SecretText.Without(e.ToString())));
        return exitCode;
    }
}
