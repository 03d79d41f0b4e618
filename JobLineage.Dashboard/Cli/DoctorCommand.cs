using System.CommandLine;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Model;
using JobLineage.Core.Postgres;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Dashboard.Cli;

/// <summary><c>doctor</c>: whether a source can be read and followed, and what would make it better; of a database alone, which queues there are and how they are configured.</summary>
internal sealed class DoctorCommand : SourceVerb
{
    private readonly Option<bool> json = new("--json") { Description = "Print JSON." };

    /// <param name="setup">What it gets from outside.</param>
    public DoctorCommand(QuerySetup setup) : base("doctor", "Check a source: connection, privileges, triggers, indexes; with --connection alone find every known queue in a database.", setup) =>
        Command.Options.Add(json);

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult parse, ChosenSource source, CancellationToken cancellation)
    {
        await using var database = PostgresConnections.ForVerb(source.ConnectionString(), Command.Name);
        var (probed, problem) = await SourceProbe.ProbeAsync(source.Mapping, database, cancellation);
        if (problem is { IsRetryable: true })
            throw QueryFailure.Of(problem);
        IReadOnlyList<Check> checks = probed is null
            ? [new(CheckLevel.Problem, "table", problem!.Message)]
            : await new SourceDoctor(probed, database, source.Options.Feed, new Redaction(source.RedactWords)).ExamineAsync(cancellation);

        var output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(json))
        {
            await output.WriteLineAsync(ContractJson.Line(new DoctorAnswer(
                source.Name, [.. checks.Select(c => new CheckAnswer(c.Level.ToString().ToLowerInvariant(), c.Name, c.Message))])));
        }
        else
        {
            foreach (var check in checks)
                await output.WriteLineAsync($"{Mark(check.Level)} {check.Name}: {VisibleText.Line(check.Message)}");
        }

        return checks.Any(c => c.Level == CheckLevel.Problem) ? ExitCodes.NotFound : ExitCodes.Ok;
    }

    /// <inheritdoc/>
    protected override async Task<int?> RunAsync(ParseResult parse, string connection, CancellationToken cancellation)
    {
        await using var database = PostgresConnections.ForVerb(connection, Command.Name);
        var found = await new EngineFinder(database, new()).FindAsync(cancellation);
        var output = parse.InvocationConfiguration.Output;
        var code = found.Count == 0 || found.Any(f => f.Checks.Any(c => c.Level == CheckLevel.Problem)) ? ExitCodes.NotFound : ExitCodes.Ok;
        if (parse.GetValue(json))
        {
            await output.WriteLineAsync(ContractJson.Line(new FoundEnginesAnswer([.. found.Select(f => new FoundEngineAnswer(
                f.Engine.Name, f.Engine.Title, f.Schema, f.Version, f.Rows, f.Coverage?.Linked, f.Coverage?.Jobs,
                [.. f.Checks.Select(c => new CheckAnswer(c.Level.ToString().ToLowerInvariant(), c.Name, c.Message))], f.Configuration))])));
            return code;
        }

        if (found.Count == 0)
        {
            await output.WriteLineAsync($"No queue that is known by name is in this database ({string.Join(", ", Presets.All.Select(e => e.Title))}), or this user may not see it. Any other table can be mapped: docs/custom-queue.md.");
            return code;
        }

        foreach (var engine in found)
        {
            await output.WriteLineAsync(VisibleText.Line(engine.Sentence));
            foreach (var check in engine.Checks.Where(c => c.Level != CheckLevel.Good))
                await output.WriteLineAsync($"  {Mark(check.Level)} {check.Name}: {VisibleText.Line(check.Message)}");
            await output.WriteLineAsync();
            await output.WriteLineAsync(VisibleText.Lines(engine.Configuration));
            await output.WriteLineAsync();
        }

        return code;
    }

    private static char Mark(CheckLevel level) => level switch
    {
        CheckLevel.Good => '✓',
        CheckLevel.Advice => '!',
        _ => '✗',
    };
}
