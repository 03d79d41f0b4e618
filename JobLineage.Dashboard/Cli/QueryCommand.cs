using System.CommandLine;
using System.Data.Common;
using System.Net.Sockets;
using JobLineage.Core.Diagnosis;
using JobLineage.Core.Export;
using JobLineage.Core.Lineage;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Dashboard.Cli;

/// <summary>A verb that asks a source about one job. Data goes to the output, everything else to the error writer.</summary>
internal abstract class QueryCommand
{
    private readonly Argument<string> id = new("ID") { Description = "The id of a job." };
    private readonly Option<bool> json = new("--json") { Description = "Print JSON." };
    private readonly SourceArguments source = new();
    private readonly QuerySetup setup;

    /// <param name="name">The verb.</param>
    /// <param name="description">What it does.</param>
    /// <param name="setup">What it gets from outside.</param>
    protected QueryCommand(string name, string description, QuerySetup setup)
    {
        this.setup = setup;
        Command = new(name, description);
        Command.Arguments.Add(id);
        source.AddTo(Command);
        Command.Options.Add(json);
        Command.SetAction(RunAsync);
    }

    /// <summary>The verb as the command line knows it.</summary>
    public Command Command { get; }

    /// <summary>The clock.</summary>
    protected TimeProvider Clock => setup.Clock;

    /// <summary>Asks and prints.</summary>
    /// <returns>False when there is no such job.</returns>
    protected abstract Task<bool> AskAsync(Question question, CancellationToken cancellation);

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var error = parse.InvocationConfiguration.Error;
        var name = "";
        try
        {
            var (mapping, connectionString, diagnosis) = source.Resolve(parse, setup);
            name = mapping.Name;
            await using var database = NpgsqlDataSource.Create(connectionString);
            var (probed, problem) = await SourceProbe.ProbeAsync(mapping, database, cancellation);
            if (probed is null)
                throw Failure(problem!);
            var job = JobIds.Normalize(probed.IdKind, parse.GetValue(id)) ?? throw new QueryFailure(
                ExitCodes.Usage, $"'{PlainText.Clean(parse.GetValue(id) ?? "")}' is not an id of source '{name}', whose ids are {Kind(probed.IdKind)}.");
            var question = new Question(
                parse, new(probed, database, Clock), job, parse.GetValue(json), diagnosis, parse.InvocationConfiguration.Output, error);
            if (await AskAsync(question, cancellation))
                return ExitCodes.Ok;
            throw new QueryFailure(ExitCodes.NotFound, $"There is no job {PlainText.Clean(job)} in source '{name}', and no job names it as its parent.");
        }
        catch (QueryFailure failure)
        {
            foreach (var sentence in failure.Sentences)
                await error.WriteLineAsync(sentence);
            return failure.ExitCode;
        }
        catch (Exception e) when (e is DbException or TimeoutException or SocketException && !cancellation.IsCancellationRequested)
        {
            var failure = Failure(SourceProbe.Explain(name, e));
            foreach (var sentence in failure.Sentences)
                await error.WriteLineAsync(sentence);
            if (parse.GetValue<bool>("--verbose"))
                await error.WriteLineAsync(e.ToString());
            return failure.ExitCode;
        }
    }

    private static QueryFailure Failure(SourceProblem problem) =>
        new(problem.IsRetryable ? ExitCodes.Unreachable : ExitCodes.Usage, problem.Message);

    private static string Kind(JobIdKind kind) => kind switch
    {
        JobIdKind.BigInt => "whole numbers",
        JobIdKind.Uuid => "UUIDs",
        _ => "text",
    };
}

/// <summary>What is asked, and where the answer goes.</summary>
/// <param name="Parse">The command line.</param>
/// <param name="Lineage">The source.</param>
/// <param name="Id">The job's id, normalised.</param>
/// <param name="Json">Whether JSON is wanted.</param>
/// <param name="Diagnosis">Thresholds.</param>
/// <param name="Output">For data.</param>
/// <param name="Error">For everything else.</param>
internal sealed record Question(
    ParseResult Parse, LineageQueries Lineage, string Id, bool Json, DiagnosisOptions Diagnosis, TextWriter Output, TextWriter Error)
{
    /// <summary>Says which rows were passed over, by name.</summary>
    public async Task TellPassedOverAsync(IReadOnlyDictionary<string, long> passedOver)
    {
        var mapping = Lineage.Source.Mapping;
        foreach (var (word, rows) in passedOver.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            await Error.WriteLineAsync(
                $"{rows} {(rows == 1 ? "row of source" : "rows of source")} '{mapping.Name}' {(rows == 1 ? "was" : "were")} passed over: "
                + $"{mapping.Table} state '{PlainText.Clean(word)}' is not a state this version knows; map it with JobLineage:Sources:{mapping.Name}:States:{PlainText.Clean(word)}.");
        }
    }
}
