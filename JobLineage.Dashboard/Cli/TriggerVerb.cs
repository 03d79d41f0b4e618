using System.CommandLine;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Postgres;
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
        ParseResult parse, ChosenSource source, TriggerSql sql, NpgsqlDataSource database, CancellationToken cancellation);

    /// <inheritdoc/>
    protected sealed override async Task<int> RunAsync(ParseResult parse, ChosenSource source, CancellationToken cancellation)
    {
        var sql = new TriggerSql(source.Mapping);
        if (parse.GetValue(print))
        {
            await parse.InvocationConfiguration.Output.WriteAsync(Print(parse, sql));
            return ExitCodes.Ok;
        }

        await using var database = PostgresConnections.ForVerb(source.ConnectionString(), Command.Name);
        await RunAsync(parse, source, sql, database, cancellation);
        return ExitCodes.Ok;
    }
}
