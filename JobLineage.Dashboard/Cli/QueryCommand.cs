using System.CommandLine;
using JobLineage.Core.Diagnosis;
using JobLineage.Core.Lineage;
using JobLineage.Core.Model;
using JobLineage.Core.Postgres;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Dashboard.Cli;

/// <summary>A verb that asks a source about one job.</summary>
internal abstract class QueryCommand : SourceVerb
{
    /// <summary>Characters of one value that are shown: somewhat less than is fetched, so that a cut is noticed.</summary>
    private const int MostCharacters = 65_000;

    private readonly Argument<string> id = new("ID") { Description = "The id of a job." };
    private readonly Option<bool> json = new("--json") { Description = "Print JSON." };

    /// <param name="name">The verb.</param>
    /// <param name="description">What it does.</param>
    /// <param name="setup">What it gets from outside.</param>
    /// <param name="hasJson">Whether it takes <c>--json</c>.</param>
    protected QueryCommand(string name, string description, QuerySetup setup, bool hasJson = true) : base(name, description, setup)
    {
        Command.Arguments.Add(id);
        if (hasJson)
            Command.Options.Add(json);
    }

    /// <summary>Time limit of one statement.</summary>
    protected virtual int TimeoutSeconds => 30;

    /// <summary>Asks and prints.</summary>
    /// <returns>False when there is no such job.</returns>
    protected abstract Task<bool> AskAsync(Question question, CancellationToken cancellation);

    /// <inheritdoc/>
    protected sealed override async Task<int> RunAsync(ParseResult parse, ChosenSource source, CancellationToken cancellation)
    {
        await using var database = PostgresConnections.ForVerb(source.ConnectionString(), Command.Name);
        var (probed, problem) = await SourceProbe.ProbeAsync(source.Mapping, database, cancellation);
        if (probed is null)
            throw QueryFailure.Of(problem!);
        var job = JobIds.Normalize(probed.IdKind, parse.GetValue(id)) ?? throw new QueryFailure(
            ExitCodes.Usage, $"'{VisibleText.Line(parse.GetValue(id) ?? "")}' is not an id of source '{source.Name}', whose ids are {Kind(probed.IdKind)}.");
        var redaction = new Redaction(source.RedactWords);
        var question = new Question(
            parse, new(probed, database, Clock, TimeoutSeconds, redaction), new(probed, database, redaction), job,
            parse.GetValue(json), source.Diagnosis, parse.InvocationConfiguration.Output, parse.InvocationConfiguration.Error)
        {
            Reader = new(probed, database, new Redaction(source.RedactWords, MostCharacters), TimeoutSeconds),
            Redaction = redaction,
        };
        var isFound = await AskAsync(question, cancellation);
        var isBad = false;
        foreach (var row in question.Lineage.BadRows)
        {
            var isAsked = !isFound && JobIds.Normalize(probed.IdKind, row.Id) == job;
            await question.Error.WriteLineAsync(VisibleText.Line(row.Sentence) + (isAsked ? "" : " It is left out of the answer."));
            isBad |= isAsked;
        }

        if (question.Lineage.LastMoment?.Sentence(source.Name) is { } sentence)
            await question.Error.WriteLineAsync(VisibleText.Line(sentence));
        if (isFound)
            return ExitCodes.Ok;
        if (isBad)
            throw new QueryFailure(ExitCodes.NotFound, $"Job {VisibleText.Line(job)} is in source '{source.Name}', and can't be read.");
        throw new QueryFailure(ExitCodes.NotFound, $"There is no job {VisibleText.Line(job)} in source '{source.Name}', and no job names it as its parent.");
    }

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
/// <param name="Inference">The source, for jobs that carry no parent.</param>
/// <param name="Id">The job's id, normalised.</param>
/// <param name="Json">Whether JSON is wanted.</param>
/// <param name="Diagnosis">Thresholds.</param>
/// <param name="Output">For data.</param>
/// <param name="Error">For everything else.</param>
internal sealed record Question(
    ParseResult Parse, LineageQueries Lineage, InferenceQueries Inference, string Id, bool Json, DiagnosisOptions Diagnosis, TextWriter Output, TextWriter Error)
{
    /// <summary>Reads jobs of the source whole.</summary>
    public required SourceReader Reader { get; init; }

    /// <summary>Takes secrets out of what a database says.</summary>
    public required Redaction Redaction { get; init; }

    /// <summary>Says which rows were passed over, by name.</summary>
    public async Task TellPassedOverAsync(IReadOnlyDictionary<string, long> passedOver)
    {
        var mapping = Lineage.Source.Mapping;
        foreach (var (word, rows) in passedOver.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            await Error.WriteLineAsync(
                $"{rows} {(rows == 1 ? "row of source" : "rows of source")} '{mapping.Name}' {(rows == 1 ? "was" : "were")} passed over: "
                + $"{mapping.Table} state '{VisibleText.Line(word)}' is not a state this version knows; map it with JobLineage:Sources:{mapping.Name}:States:{VisibleText.Line(word)}.");
        }
    }
}
