using System.CommandLine;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Dashboard.Cli;

/// <summary><c>uninstall</c>: removes all that <c>install</c> put into a source's database.</summary>
internal sealed class UninstallCommand : SourceVerb
{
    private readonly Option<bool> print = new("--print") { Description = "Show the SQL and run nothing." };

    /// <param name="setup">What it gets from outside.</param>
    public UninstallCommand(QuerySetup setup) : base("uninstall", "Remove the triggers and all that came with them.", setup) =>
        Command.Options.Add(print);

    /// <inheritdoc/>
    protected override bool NeedsDatabase(ParseResult parse) => !parse.GetValue(print);

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(
        ParseResult parse, SourceOptions source, Func<string> connectionString, CancellationToken cancellation)
    {
        var output = parse.InvocationConfiguration.Output;
        var sql = new TriggerSql(source.Mapping);
        if (parse.GetValue(print))
        {
            await output.WriteLineAsync($"{sql.Uninstall}-- Not in a transaction.\n{sql.DropIndex};");
            return ExitCodes.Ok;
        }

        await using var database = NpgsqlDataSource.Create(connectionString());
        await new TriggerInstaller(source.Mapping, database).UninstallAsync(cancellation);
        await output.WriteLineAsync($"Nothing of Job Lineage's is left on {source.Mapping.Schema}.{source.Mapping.Table}; the source is followed by asking.");
        return ExitCodes.Ok;
    }
}
