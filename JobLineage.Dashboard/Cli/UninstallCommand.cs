using System.CommandLine;
using JobLineage.Core.Feed.Trigger;
using Npgsql;

namespace JobLineage.Dashboard.Cli;

/// <summary><c>uninstall</c>: removes all that <c>install</c> put into a source's database.</summary>
/// <param name="setup">What it gets from outside.</param>
internal sealed class UninstallCommand(QuerySetup setup) : TriggerVerb("uninstall", "Remove the triggers and all that came with them.", setup)
{
    /// <inheritdoc/>
    protected override bool RefusesPolled => false;

    /// <inheritdoc/>
    protected override string Print(ParseResult parse, TriggerSql sql) => $"{sql.Uninstall}-- Not in a transaction.\n{sql.DropIndex};\n";

    /// <inheritdoc/>
    protected override async Task RunAsync(
        ParseResult parse, ChosenSource source, NpgsqlDataSource database, CancellationToken cancellation)
    {
        await new TriggerInstaller(source.Mapping, database).UninstallAsync(cancellation);
        await parse.InvocationConfiguration.Output.WriteLineAsync(
            $"Nothing of Job Lineage's is left on {source.Mapping.Schema}.{source.Mapping.Table}; the source is followed by polling.");
    }
}
