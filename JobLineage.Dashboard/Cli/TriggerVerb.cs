using System.CommandLine;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Model;
using JobLineage.Core.Postgres;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Dashboard.Cli;

/// <summary>A verb about the triggers beside a source's table, which shows its SQL to whoever would rather run it himself.</summary>
internal abstract class TriggerVerb : SourceVerb
{
    private readonly Option<bool> print = new("--print") { Description = "Show the SQL and run nothing." };

    /// <param name="name">The verb.</param>
    /// <param name="description">What it does.</param>
    /// <param name="setup">What it gets from outside.</param>
    protected TriggerVerb(string name, string description, QuerySetup setup) : base(name, description, setup) =>
        Command.Options.Add(print);

    /// <inheritdoc/>
    protected sealed override bool NeedsDatabase(ParseResult parse) => !parse.GetValue(print);

    /// <summary>The SQL, as somebody would run it by hand; it ends with a line break.</summary>
    protected abstract string Print(ParseResult parse, TriggerSql sql);

    /// <summary>Runs it.</summary>
    protected abstract Task RunAsync(
        ParseResult parse, ChosenSource source, NpgsqlDataSource database, CancellationToken cancellation);

    /// <summary>The mapping for what is in the database, as it would be installed; without an answer from it the mapping for the newest version, with a remark that says so.</summary>
    private async Task<(SourceMapping Mapping, string Remark)> FittedAsync(ChosenSource source, CancellationToken cancellation)
    {
        // What a preset reads depends on the version; what is configured whole does not.
        if (Presets.Engine(source.Mapping.Preset) is null)
            return (source.Mapping, "");
        string why;
        if (source.Options.ConnectionString is null)
        {
            why = "no database is given";
        }
        else
        {
            await using var database = PostgresConnections.ForVerb(source.ConnectionString(), Command.Name);
            try
            {
                var (probed, problem) = await SourceProbe.ProbeAsync(source.Mapping, database, cancellation);
                if (probed is not null)
                    return (probed.Mapping, "");
                why = problem!.Message;
            }
            catch (Exception e) when (DatabaseFailure.Is(e) && !cancellation.IsCancellationRequested)
            {
                why = SourceFaults.Explain(source.Name, e, new Redaction(source.RedactWords).Line).Message;
            }
        }

        return (source.Mapping, $"-- For the newest version of {Presets.Engine(source.Mapping.Preset)!.Title} that is known: {VisibleText.Line(why).TrimEnd('.')}. Where the database has another, print it with --connection.\n");
    }

    /// <inheritdoc/>
    protected sealed override async Task<int> RunAsync(ParseResult parse, ChosenSource source, CancellationToken cancellation)
    {
        if (parse.GetValue(print))
        {
            var (mapping, remark) = await FittedAsync(source, cancellation);
            await parse.InvocationConfiguration.Output.WriteAsync(remark + Print(parse, new(mapping)));
            return ExitCodes.Ok;
        }

        await using var database = PostgresConnections.ForVerb(source.ConnectionString(), Command.Name);
        await RunAsync(parse, source, database, cancellation);
        return ExitCodes.Ok;
    }
}
