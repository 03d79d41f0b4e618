using System.CommandLine;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Dashboard.Cli;

/// <summary><c>install</c>: puts the trigger feed beside a source's table, so that changes are pushed.</summary>
internal sealed class InstallCommand : TriggerVerb
{
    private readonly Option<string?> reader = new("--reader")
    {
        Description = "The role that the dashboard reads with, when another one installs: it is granted what it needs.",
        HelpName = "ROLE",
    };

    private readonly Option<bool> index = new("--index") { Description = "Also make the advised index, without blocking anybody." };

    /// <param name="setup">What it gets from outside.</param>
    public InstallCommand(QuerySetup setup) : base("install", "Install the triggers that push a source's changes.", setup)
    {
        Command.Options.Add(reader);
        Command.Options.Add(index);
    }

    /// <inheritdoc/>
    protected override bool RefusesPolled => true;

    /// <inheritdoc/>
    protected override string Print(ParseResult parse, TriggerSql sql) =>
        sql.Install(parse.GetValue(reader))
        + (parse.GetValue(index) && sql.CreateIndex is { } create ? $"-- Not in a transaction.\n{create};\n" : "");

    /// <inheritdoc/>
    protected override async Task RunAsync(
        ParseResult parse, ChosenSource source, NpgsqlDataSource database, CancellationToken cancellation)
    {
        var output = parse.InvocationConfiguration.Output;
        var (probed, problem) = await SourceProbe.ProbeAsync(source.Mapping, database, cancellation);
        if (probed is null)
            throw QueryFailure.Of(problem!);
        if (Refusal(probed) is { } refusal)
            throw new TriggerException($"{char.ToUpperInvariant(refusal[0])}{refusal[1..]} Nothing was installed.");
        var sql = new TriggerSql(probed.Mapping);
        await new TriggerInstaller(probed.Mapping, database).InstallAsync(parse.GetValue(reader), parse.GetValue(index), cancellation);
        await output.WriteLineAsync(
            $"Installed on {source.Mapping.Schema}.{source.Mapping.Table}: its changes are pushed on channel {sql.Names.Channel}. `joblineage uninstall --source {source.Name}` removes everything.");
        if (parse.GetValue(index) && sql.CreateIndex is null)
            await output.WriteLineAsync("There is nothing to index: the mapping names no parent link.");
    }
}
