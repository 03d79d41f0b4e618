using System.CommandLine;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Dashboard.Cli;

/// <summary><c>install</c>: puts the trigger feed beside a source's table, so that changes are pushed.</summary>
internal sealed class InstallCommand : SourceVerb
{
    private readonly Option<bool> print = new("--print") { Description = "Show the SQL and run nothing." };

    private readonly Option<string?> reader = new("--reader")
    {
        Description = "The role that the dashboard reads with, when another one installs: it is granted what it needs.",
        HelpName = "ROLE",
    };

    private readonly Option<bool> index = new("--index") { Description = "Also make the advised index, without blocking anybody." };

    /// <param name="setup">What it gets from outside.</param>
    public InstallCommand(QuerySetup setup) : base("install", "Install the triggers that push a source's changes.", setup)
    {
        Command.Options.Add(print);
        Command.Options.Add(reader);
        Command.Options.Add(index);
    }

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
            await output.WriteAsync(sql.Install(parse.GetValue(reader)));
            if (parse.GetValue(index) && sql.CreateIndex is { } create)
                await output.WriteLineAsync($"-- Not in a transaction.\n{create};");
            return ExitCodes.Ok;
        }

        await using var database = NpgsqlDataSource.Create(connectionString());
        var (probed, problem) = await SourceProbe.ProbeAsync(source.Mapping, database, cancellation);
        if (probed is null)
            throw new QueryFailure(problem!.IsRetryable ? ExitCodes.Unreachable : ExitCodes.Usage, problem.Message);
        await new TriggerInstaller(source.Mapping, database).InstallAsync(parse.GetValue(reader), parse.GetValue(index), cancellation);
        await output.WriteLineAsync(
            $"Installed on {source.Mapping.Schema}.{source.Mapping.Table}: its changes are pushed on channel {sql.Names.Channel}. `joblineage uninstall --source {source.Name}` removes everything.");
        if (parse.GetValue(index) && sql.CreateIndex is null)
            await output.WriteLineAsync("There is nothing to index: the mapping names no parent link.");
        return ExitCodes.Ok;
    }
}
