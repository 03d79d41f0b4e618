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

    /// <summary>Whether it runs nothing for a source that is followed by polling, whatever is installed: then <c>--print</c> says so first.</summary>
    protected abstract bool RefusesPolled { get; }

    /// <summary>Why no trigger follows a source, as a sentence without a capital; null when one does.</summary>
    protected static string? Refusal(ProbedSource probed) =>
        probed.Reach is { } reach ? $"source '{probed.Mapping.Name}' is followed by polling, since {reach}: a trigger would see a part of what changes." : null;

    /// <summary>
    /// The mapping for what is in the database, as it would be installed, with a remark where that would be refused; without an answer from the database the mapping as it is (of a
    /// preset that for the newest version), with a remark that says so.
    /// </summary>
    private async Task<(SourceMapping Mapping, string Remark)> FittedAsync(ChosenSource source, CancellationToken cancellation)
    {
        var engine = Presets.Engine(source.Mapping.Preset);
        // What a preset reads depends on the version; what is configured whole does not, and only what is refused depends on the table.
        if (engine is null && !RefusesPolled)
            return (source.Mapping, "");
        var (connection, why) = Connection(source);
        if (connection is not null)
        {
            await using var database = PostgresConnections.ForVerb(connection, Command.Name);
            try
            {
                var (probed, problem) = await SourceProbe.ProbeAsync(source.Mapping, database, cancellation);
                if (probed is not null)
                    return (probed.Mapping, RefusesPolled && Refusal(probed) is { } refusal ? $"-- {Command.Name} refuses this: {VisibleText.Line(refusal)}\n" : "");
                why = problem!.Message;
            }
            catch (Exception e) when (DatabaseFailure.Is(e) && !cancellation.IsCancellationRequested)
            {
                why = SourceFaults.Explain(source.Name, e, new Redaction(source.RedactWords).Line).Message;
            }
        }

        why = VisibleText.Line(why).TrimEnd('.');
        return (source.Mapping, engine is not null ? $"-- For the newest version of {engine.Title} that is known: {why}. Where the database has another, print it with --connection.\n"
            : connection is not null ? $"-- Whether {Command.Name} refuses this is not known: {why}.\n"
            : "");
    }

    /// <summary>The database of a source, which the environment may give too; null where there is none, with why.</summary>
    private static (string? Connection, string Why) Connection(ChosenSource source)
    {
        try
        {
            return (source.ConnectionString(), "");
        }
        catch (QueryFailure none) when (source.Options.ConnectionString is null)
        {
            return (null, string.Join(' ', none.Sentences));
        }
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
