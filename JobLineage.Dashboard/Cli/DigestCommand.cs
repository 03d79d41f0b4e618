using System.CommandLine;
using JobLineage.Core.Alerts;
using JobLineage.Core.Export;
using JobLineage.Core.Store;
using JobLineage.Dashboard.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobLineage.Dashboard.Cli;

/// <summary><c>digest</c>: tells now of all that no digest has told of.</summary>
internal static class DigestCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Show the message; make, mark and send nothing." };
        var command = new Command("digest", "Run the failure digest now.") { dryRun };
        command.SetAction((parse, cancellation) => RunAsync(
            new() { Verbose = parse.GetValue(CommandLine.Verbose) }, parse.GetValue(dryRun),
            parse.InvocationConfiguration.Output, parse.InvocationConfiguration.Error, cancellation));
        return command;
    }

    /// <summary>Runs the verb.</summary>
    /// <returns>One of <see cref="ExitCodes"/>: 1 when the message is not delivered yet, 2 when the channel refused it.</returns>
    internal static async Task<int> RunAsync(
        DashboardArguments arguments, bool dryRun, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        // Before a private Postgres is started for nothing.
        var configuration = AppConfiguration.Build(arguments);
        var errors = new ConfigurationErrors();
        var settings = DigestSettings.Read(configuration, DashboardOptions.Read(configuration, arguments.CurrentDirectory, errors), errors);
        if (settings.Channel is null && !dryRun)
            errors.Add($"{DigestSettings.Section}:Channel", $"is missing; it can be {string.Join(", ", Enum.GetNames<ChannelKind>())}. Without one there is --dry-run");
        errors.AddRange(ConfigurationKeys.Misspelt(configuration));
        errors.ThrowIfAny();

        await using var own = await PrivateStore.OpenAsync(arguments, data => data, error, cancellation);
        configuration = AppConfiguration.Build(own.Complete(arguments));
        await using var store = StoreDatabase.Create(configuration[DashboardData.StoreKey]!);
        await StoreGate.EnterAsync(store, cancellation);
        var message = await DigestServices.Maker(settings, store).MakeAsync(null, keep: !dryRun, cancellation);
        if (dryRun)
        {
            if (message is not null)
                await output.WriteAsync($"Subject: {message.Subject}\n\n{Lines(message.Text)}");
            else
                await output.WriteLineAsync("There is nothing to tell.");
            return ExitCodes.Ok;
        }

        using var client = new HttpClient(DigestServices.Handler()) { Timeout = Timeout.InfiniteTimeSpan };
        var sender = DigestServices.Sender(
            settings, store, DigestServices.Channel(settings, client, TimeProvider.System), TimeProvider.System, NullLoggerFactory.Instance);
        var outcomes = await sender.PassAsync(cancellation);
        if (message is null && outcomes.Count == 0)
            await output.WriteLineAsync("There is nothing to tell.");
        else if (message is not null)
            await output.WriteLineAsync(PlainText.Clean(message.Subject));
        foreach (var outcome in outcomes)
        {
            await (outcome.Result == SendResult.Accepted ? output : error).WriteLineAsync(outcome.Result switch
            {
                SendResult.Accepted => $"{settings.Channel} took it over.",
                SendResult.Rejected => $"{settings.Channel} refused it: {outcome.Detail}",
                SendResult.NotSent => $"It is not sent yet: {outcome.Detail}",
                _ => $"Nobody knows whether it arrived: {outcome.Detail}",
            });
        }

        return outcomes.Any(o => o.Result == SendResult.Rejected) ? ExitCodes.Usage
            : outcomes.Any(o => o.Result != SendResult.Accepted) ? ExitCodes.NotFound
            : ExitCodes.Ok;
    }

    /// <summary>Foreign text is clean already; a terminal gets nothing but its lines.</summary>
    private static string Lines(string text) => string.Join('\n', text.Split('\n').Select(PlainText.Clean));
}
