using System.CommandLine;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Store;
using JobLineage.Core.Store.History;
using JobLineage.Dashboard.Hosting;

namespace JobLineage.Dashboard.Cli;

/// <summary><c>forget</c>: removes what is stored of a source or a run; without <c>--yes</c> it says what that is.</summary>
internal static class ForgetCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var source = new Option<string>("--source") { Description = "The source, by its name in the store; it need not be configured any more.", Required = true };
        var run = new Option<string?>("--run") { Description = "One run of it, by any of its jobs." };
        var yes = new Option<bool>("--yes") { Description = "Remove it. Without this, only say what would be removed." };
        var command = new Command("forget", "Remove what is stored of a source or a run.") { source, run, yes };
        command.SetAction((parse, cancellation) => RunAsync(
            new() { Verbose = parse.GetValue(CommandLine.Verbose) }, parse.GetValue(source)!, parse.GetValue(run), parse.GetValue(yes),
            parse.InvocationConfiguration.Output, parse.InvocationConfiguration.Error, cancellation));
        return command;
    }

    /// <summary>Runs the verb.</summary>
    /// <returns>One of <see cref="ExitCodes"/>: 1 when the store has no such source or run.</returns>
    internal static async Task<int> RunAsync(
        DashboardArguments arguments, string source, string? run, bool yes, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        await using var own = await PrivateStore.VisitAsync(CheckedSettings.Read(arguments), error, cancellation);
        await using var store = StoreDatabase.Create(own.ConnectionString);
        await StoreGate.EnterAsync(store, step => error.WriteLine(StoreUpgrade.Bar(step)), cancellation);
        var forgetting = new Forgetting(store);
        if (await forgetting.PreviewAsync(source, run, cancellation) is not { } found)
        {
            await error.WriteLineAsync(run is null
                ? $"The store has no source '{VisibleText.Line(source)}'."
                : $"The store has no run with job '{VisibleText.Line(run)}' of source '{VisibleText.Line(source)}'.");
            return ExitCodes.NotFound;
        }

        foreach (var line in ForgetWords.Of(found))
            await output.WriteLineAsync(VisibleText.Line(line));
        if (!yes)
        {
            await output.WriteLineAsync("Nothing was removed: run it again with --yes to remove this.");
            return ExitCodes.Ok;
        }

        var removed = await forgetting.ForgetAsync(source, run, null, cancellation);
        await output.WriteLineAsync($"Removed {Format.Count(removed ?? 0, "row")}.");
        return ExitCodes.Ok;
    }
}
