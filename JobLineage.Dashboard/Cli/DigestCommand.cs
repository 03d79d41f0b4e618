using System.CommandLine;
using JobLineage.Core.Alerts;
using JobLineage.Core.Configuration;
using JobLineage.Core.Feed;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Reading;
using JobLineage.Dashboard.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace JobLineage.Dashboard.Cli;

/// <summary><c>digest</c>: brings every source up to date, and tells of all that no digest has told of.</summary>
internal static class DigestCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Show the message; make, mark and send nothing." };
        var command = new Command("digest", "Bring every source up to date and run the failure digest now; from cron nothing else has to run.") { dryRun };
        command.SetAction((parse, cancellation) => RunAsync(
            new() { Verbose = parse.GetValue(CommandLine.Verbose) }, parse.GetValue(dryRun),
            parse.InvocationConfiguration.Output, parse.InvocationConfiguration.Error, cancellation));
        return command;
    }

    /// <summary>Runs the verb.</summary>
    /// <returns>
    /// One of <see cref="ExitCodes"/>: 1 when the message is not delivered yet, 2 when the channel refused it or there is no source at
    /// all, 3 when it was delivered, and a source could not be brought up to date.
    /// </returns>
    internal static async Task<int> RunAsync(
        DashboardArguments arguments, bool dryRun, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        // Before a private Postgres is started for nothing.
        var settings = CheckedSettings.Read(arguments, (read, errors) =>
        {
            if (read.Digest.Channel is null && !dryRun)
                errors.Add($"{DigestSettings.Section}:Channel", $"is missing; it can be {SettingAttribute.List(Enum.GetNames<ChannelKind>())}. Without one there is --dry-run");
        });
        await using var own = await PrivateStore.VisitAsync(settings, error, cancellation);
        await using var store = StoreDatabase.Create(own.ConnectionString);
        await StoreGate.EnterAsync(store, step => error.WriteLine(StoreUpgrade.Bar(step)), cancellation);
        await using var watched = new WatchedSources(settings.Sources, settings.Feed, TimeProvider.System);
        await watched.FindAsync(cancellation);
        var maker = DigestServices.Maker(settings.Digest, watched.NoneConfigured ? null : watched.Names, store);
        // What fails while it reads is news already.
        if (!dryRun)
            await maker.BeginAsync(cancellation);
        var readings = await CatchUpAsync(watched, settings, store, error, cancellation);
        List<DigestUnread> unread = [.. readings.Where(r => r.Problem is not null).Select(r => new DigestUnread(r.Source, r.AsOf, r.Problem!))];
        var made = await maker.RunAsync(null, keep: !dryRun, unread, cancellation);
        if (readings.Count == 0)
            made = made with { IsWhole = false };
        var delivered = dryRun ? await ShowAsync(made, output) : await SendAsync(settings.Digest, store, made, output, error, cancellation);
        if (made.OlderSentence is { } older)
            await output.WriteLineAsync(older);
        return delivered != ExitCodes.Ok ? delivered
            : readings.Count == 0 ? ExitCodes.Usage
            : unread.Count > 0 ? ExitCodes.Unreachable
            : ExitCodes.Ok;
    }

    /// <summary>Brings each source up to date, and says which could not be: where none is configured, none of those that the store has.</summary>
    private static async Task<IReadOnlyList<SourceReading>> CatchUpAsync(
        WatchedSources watched, CheckedSettings settings, NpgsqlDataSource store, TextWriter error, CancellationToken cancellation)
    {
        // What goes wrong is said below, once and in a sentence.
        var catchUp = new SourceCatchUp(store, settings.Feed, TimeProvider.System, NullLoggerFactory.Instance);
        // All at a time: one that is patient with another replica keeps no other waiting.
        var known = await new RunReader(store, settings.Sources.Diagnosis, TimeProvider.System).SourcesAsync(cancellation);
        var readings = !watched.NoneConfigured
            ? [.. await Task.WhenAll(watched.All.Select(source => catchUp.RunAsync(source, cancellation))),
                .. watched.Unfound.Select(entry => new SourceReading(entry.Key, null, entry.Value)),
                .. SourceTroubles.NotThere(settings.Digest.Overdue, watched.Has, known).Select(unread => new SourceReading(unread.Source, unread.AsOf, unread.Problem))]
            : (SourceReading[])[.. known.Select(s => new SourceReading(s.Source, s.AsOf, "It is not configured here: set JobLineage:Sources:<name>."))];
        foreach (var sentence in readings.Select(r => r.Sentence).OfType<string>())
            await error.WriteLineAsync(VisibleText.Line(sentence));
        if (readings.Length == 0)
            await error.WriteLineAsync("No source is configured, and the store knows none, so nothing was read: set JobLineage:Sources:<name>.");
        return readings;
    }

    private static string Nothing(DigestMade made) =>
        made.IsWhole ? "There is nothing to report." : "There is nothing to report in what could be read.";

    private static async Task<int> ShowAsync(DigestMade made, TextWriter output)
    {
        if (made.Message is { } message)
            await output.WriteAsync($"Subject: {message.Subject}\n\n{Lines(message.Text)}");
        else
            await output.WriteLineAsync(Nothing(made));
        return ExitCodes.Ok;
    }

    private static async Task<int> SendAsync(
        DigestSettings settings, NpgsqlDataSource store, DigestMade made, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        using var client = new HttpClient(DigestServices.Handler()) { Timeout = Timeout.InfiniteTimeSpan };
        var sender = DigestServices.Sender(
            settings, store, DigestServices.Channel(settings, client, TimeProvider.System), TimeProvider.System, NullLoggerFactory.Instance);
        var outcomes = await sender.PassAsync(cancellation);
        if (made.Message is null && outcomes.Count == 0)
            await output.WriteLineAsync(Nothing(made));
        else if (made.Message is { } message)
            await output.WriteLineAsync(VisibleText.Line(message.Subject));
        foreach (var outcome in outcomes)
        {
            await (outcome.Result == SendResult.Accepted ? output : error).WriteLineAsync(outcome.Result switch
            {
                SendResult.Accepted => $"{settings.Channel} took it over.",
                SendResult.Rejected => $"{settings.Channel} refused it: {outcome.Detail}",
                SendResult.NotSent => $"It is not sent yet: {outcome.Detail}",
                _ => $"Delivery is uncertain: {outcome.Detail}",
            });
        }

        return outcomes.Any(o => o.Result == SendResult.Rejected) ? ExitCodes.Usage
            : outcomes.Any(o => o.Result != SendResult.Accepted) ? ExitCodes.NotFound
            : ExitCodes.Ok;
    }

    /// <summary>Foreign text is clean already; a terminal gets nothing but its lines.</summary>
    private static string Lines(string text) => string.Join('\n', text.Split('\n').Select(VisibleText.Line));
}
